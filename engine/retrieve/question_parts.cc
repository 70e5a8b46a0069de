#include "engine/retrieve/question_parts.h"

#include <algorithm>
#include <array>

#include "tokenizer/analyzer.h"
#include "tokenizer/language.h"

namespace kindling {
namespace {

constexpr std::size_t terms_min = 2;

bool is_end(std::string_view text, std::size_t at) {
  if (text[at] == '?' || text[at] == ';' || text[at] == '\n') return true;
  return text.substr(at).starts_with("\xef\xbc\x9f") ||
         text.substr(at).starts_with("\xd8\x9f");  // full width, Arabic
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Whether a new question begins at `at`, which is the blank before "and who ...": the number of bytes to leave
// out, or 0.
std::size_t joint_at(std::string_view lower, std::size_t at) {
  static constexpr std::array<std::string_view, 4> joints{" and ", ", and ", " or ", ", "};
  static constexpr std::array<std::string_view, 9> asking{"who ", "what ",  "when ",  "where ", "why ",
                                                          "how ", "which ", "whose ", "whom "};
  for (const std::string_view joint : joints) {
    if (!lower.substr(at).starts_with(joint)) continue;
    const std::string_view rest = lower.substr(at + joint.size());
    if (std::any_of(asking.begin(), asking.end(),
                    [&](std::string_view word) { return rest.starts_with(word); })) {
      return joint.size();
    }
  }
  return 0;
}

std::size_t searchable_terms(std::string_view part) {
  const Language language = detect_language(part);
  const std::vector<Term> terms = analyze_question(part, language);
  return static_cast<std::size_t>(std::count_if(terms.begin(), terms.end(), [&](const Term& term) {
    return !is_stop_word(term.text, language) && !is_question_word(term.text, language);
  }));
}

}  // namespace

std::vector<std::string> question_parts(std::string_view question) {
  const std::string lower = lower_ascii(question);
  std::vector<std::string> parts;
  std::string part;
  const auto close = [&] {
    if (searchable_terms(part) >= terms_min) parts.push_back(part);
    part.clear();
  };
  for (std::size_t at = 0; at < question.size(); ++at) {
    if (is_end(question, at)) {
      part += question[at];
      close();
    } else if (const std::size_t joint = joint_at(lower, at); joint > 0) {
      close();
      at += joint - 1;
    } else {
      part += question[at];
    }
  }
  close();
  if (parts.size() < 2) return {};
  parts.resize(std::min(parts.size(), question_parts_max));
  return parts;
}

}  // namespace kindling
