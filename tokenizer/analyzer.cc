#include "tokenizer/analyzer.h"

#include <array>
#include <unordered_set>

#include "base/check.h"
#include "base/utf8.h"
#include "tokenizer/asking_runs.h"
#include "tokenizer/characters.h"
#include "tokenizer/folding.h"
#include "tokenizer/stop_words.h"
#include "tokenizer/word_scanner.h"

namespace kindling {
namespace {

// A word with more parts is no identifier but encoded data; its whole is kept.
constexpr std::size_t parts_max = 12;
constexpr std::size_t identifier_bytes_max = 256;

struct Part {
  std::size_t begin, end;
  bool digit;  // holds one
};

// "U.S", "e.g", "N.A.S.A": single letters between periods.
bool is_acronym(std::string_view word) {
  if (word.size() < 3 || word.size() % 2 == 0) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const auto c = static_cast<unsigned char>(word[i]);
    if (i % 2 == 0 ? !is_ascii_letter(c) : c != '.') return false;
  }
  return true;
}

// Commas of a number: "1,000,000" groups digits by three, "3,14" has one that stands for a point; "1,2,3" is a
// list.
enum class Commas : std::uint8_t { none, grouping, point, list };

Commas commas_of(std::string_view number) {
  std::size_t comma = number.find(',');
  if (comma == std::string_view::npos) return Commas::none;
  bool grouping = comma >= 1 && comma <= 3;
  std::size_t count = 0;
  while (comma != std::string_view::npos) {
    ++count;
    const std::size_t next = number.find_first_of(",.", comma + 1);
    grouping &= std::min(next, number.size()) - comma == 4;
    comma = next != std::string_view::npos && number[next] == ','
                ? next
                : number.find(',', std::min(next, number.size()));
  }
  if (grouping) return Commas::grouping;
  return count == 1 ? Commas::point : Commas::list;
}

class Analysis {
 public:
  Analysis(std::string_view text, Language language)
      : text_(text), language_(language), scanner_(text, language) {}

  std::vector<Term> terms() {
    terms_.reserve(text_.size() / 6 + 4);
    Word word;
    while (scanner_.next(word)) {
      if (word.kind != WordKind::plain) {
        add_pairs(word);
      } else if (word.separator || word.camel) {
        add_compound(word);
      } else {
        add_plain(word);
      }
    }
    return std::move(terms_);
  }

 private:
  [[nodiscard]] std::string_view text_of(std::size_t begin, std::size_t end) const {
    return text_.substr(begin, end - begin);
  }

  void add(std::string_view term, std::size_t begin, std::size_t end, bool part = false) {
    if (term.empty()) return;
    terms_.push_back({std::string(term),
                      position_,
                      {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)},
                      part});
  }

  void add_plain(const Word& word) {
    if (word.end - word.begin == 1 && add_language_name(word.begin)) return;
    add(term_of_word(text_of(word.begin, word.end), !word.digit, language_), word.begin, word.end);
    ++position_;
  }

  // "C++", "F#": one letter whose signs are part of the name.
  bool add_language_name(std::size_t at) {
    const std::string_view rest = text_.substr(at + 1, 3);
    const std::size_t signs = rest.starts_with("++") ? 2 : rest.starts_with('#') ? 1 : 0;
    if (signs == 0 || !is_ascii_letter(static_cast<unsigned char>(text_[at]))) return false;
    if (rest.size() > signs && is_ascii_letter(static_cast<unsigned char>(rest[signs]))) return false;
    add(term_of_word(text_of(at, at + 1 + signs), false, language_), at, at + 1 + signs);
    ++position_;
    return true;
  }

  // Overlapping pairs of characters; a lone character is a term.
  void add_pairs(const Word& word) {
    std::size_t first = word.begin;
    std::size_t second = cluster_end(text_, first);
    while (second < word.end) {
      const std::size_t end = cluster_end(text_, second);
      add(term_of_word(text_of(first, end), false, language_), first, end);
      ++position_;
      first = second;
      second = end;
    }
    if (first != word.begin) return;
    add(term_of_word(text_of(word.begin, word.end), false, language_), word.begin, word.end);
    ++position_;
  }

  void add_compound(const Word& word) {
    const std::string_view whole = text_of(word.begin, word.end);
    if (!word.letter) return add_number(word);
    if (is_acronym(whole)) return add_without(word, '.');
    add(term_of_word(whole, !word.digit && !word.separator, language_), word.begin, word.end);
    add_parts(word);
  }

  void add_number(const Word& word) {
    switch (commas_of(text_of(word.begin, word.end))) {
      case Commas::grouping:
        return add_without(word, ',');
      case Commas::list:
        return add_list(word);
      default:
        add(term_of_word(text_of(word.begin, word.end), false, language_), word.begin, word.end);
        ++position_;
    }
  }

  void add_without(const Word& word, char sign) {
    std::string kept;
    for (const char c : text_of(word.begin, std::min(word.end, word.begin + identifier_bytes_max))) {
      if (c != sign) kept.push_back(c);
    }
    add(term_of_word(kept, false, language_), word.begin, word.end);
    ++position_;
  }

  void add_list(const Word& word) {
    for (std::size_t begin = word.begin; begin < word.end;) {
      const std::size_t end = std::min(text_.find(',', begin), word.end);
      add(term_of_word(text_of(begin, end), false, language_), begin, end);
      ++position_;
      begin = end + 1;
    }
  }

  // Parts follow on from the whole's position; those of one byte say nothing and are left out.
  void add_parts(const Word& word) {
    std::array<Part, parts_max> parts;
    const std::size_t count = word.end - word.begin <= identifier_bytes_max ? split(word, parts) : 0;
    for (std::size_t i = 0; i < count; ++i) {
      const Part& part = parts[i];
      add(term_of_word(text_of(part.begin, part.end), !part.digit, language_), part.begin, part.end, true);
      ++position_;
    }
    if (count == 0) ++position_;
  }

  // Between separators, and at camel case; zero parts when there would be too many.
  std::size_t split(const Word& word, std::array<Part, parts_max>& parts) const {
    std::size_t count = 0;
    std::size_t begin = word.begin;
    bool digit = false;
    for (std::size_t at = word.begin; at <= word.end; ++at) {
      const bool separator = at == word.end || text_[at] == '_' || text_[at] == '.';
      if (separator || starts_hump(word, at)) {
        if (at - begin > 1) {
          if (count == parts.size()) return 0;
          parts[count++] = {begin, at, digit};
        }
        begin = separator ? at + 1 : at;
        digit = false;
      }
      digit |= at < word.end && is_ascii_digit(static_cast<unsigned char>(text_[at]));
    }
    return count;
  }

  [[nodiscard]] bool starts_hump(const Word& word, std::size_t at) const {
    if (at == word.begin || !is_ascii_upper(static_cast<unsigned char>(text_[at]))) return false;
    const auto before = static_cast<unsigned char>(text_[at - 1]);
    if (is_ascii_lower(before) || is_ascii_digit(before)) return true;
    return is_ascii_upper(before) && at + 1 < word.end &&
           is_ascii_lower(static_cast<unsigned char>(text_[at + 1]));
  }

  std::string_view text_;
  Language language_;
  WordScanner scanner_;
  std::uint32_t position_ = 0;
  std::vector<Term> terms_;
};

bool is_all_upper(std::string_view word) {
  for (const char c : word) {
    if (!is_ascii_upper(static_cast<unsigned char>(c)) && c != '.') return false;
  }
  return word.size() > 1;
}

// "US", "IT", "WHO" inside a sentence in mixed case are names.
bool is_dropped(std::string_view word, bool capitals_mean_names, Language language) {
  if (capitals_mean_names && is_all_upper(word)) return false;
  const std::string folded = fold_word(word, language);
  return is_stop_word(folded, language) || is_question_word(folded, language);
}

std::vector<Term> unique(std::vector<Term> terms) {
  std::unordered_set<std::string_view> seen;
  std::vector<Term> kept;
  kept.reserve(terms.size());  // so that the views stay
  for (Term& term : terms) {
    if (seen.contains(term.text)) continue;
    kept.push_back(std::move(term));
    seen.insert(kept.back().text);
  }
  return kept;
}

}  // namespace

std::vector<Term> analyze(std::string_view text, Language language) {
  KINDLING_CHECK(text.size() <= UINT32_MAX);
  return Analysis(text, language).terms();
}

std::vector<Term> analyze_question(std::string_view question, Language language) {
  std::vector<Term> terms = analyze(question, language);
  const bool mixed_case = question.find_first_of("abcdefghijklmnopqrstuvwxyz") != std::string_view::npos;
  const AskingRuns runs = asking_runs(question, language);
  std::vector<Term> kept;
  for (const Term& term : terms) {
    if (!runs.drops(term.span) && !is_dropped(slice(question, term.span), mixed_case, language))
      kept.push_back(term);
  }
  return unique(kept.empty() ? std::move(terms) : std::move(kept));
}

bool is_stop_word(std::string_view word, Language language) {
  return (role_of(word).stop & set_of(language)) != 0;
}

bool is_question_word(std::string_view word, Language language) {
  return (role_of(word).question & set_of(language)) != 0;
}

}  // namespace kindling
