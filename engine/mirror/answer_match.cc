#include "engine/mirror/answer_match.h"

#include <algorithm>
#include <cctype>

#include "base/json.h"
#include "tokenizer/plain_words.h"

namespace kindling {
namespace {

// "[12]" and "[3, 4]" become blanks.
std::string without_marks(std::string_view answer) {
  std::string out(answer);
  for (std::size_t open = out.find('['); open != std::string::npos; open = out.find('[', open + 1)) {
    const std::size_t close = out.find_first_not_of("0123456789, ", open + 1);
    if (close == std::string::npos || close == open + 1 || out[close] != ']') continue;
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(open),
              out.begin() + static_cast<std::ptrdiff_t>(close) + 1, ' ');
  }
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (PlainWord& word : plain_words(text)) words.push_back(std::move(word.text));
  return words;
}

std::string key_of(std::string_view question) {
  std::string key;
  for (const std::string& word : words_of(question)) key += word + ' ';
  return key;
}

double f1_of(std::vector<std::string> said, std::vector<std::string> wanted) {
  std::ranges::sort(said);
  std::ranges::sort(wanted);
  std::vector<std::string> common;
  std::ranges::set_intersection(said, wanted, std::back_inserter(common));
  if (common.empty()) return 0;
  return 2 * static_cast<double>(common.size()) / static_cast<double>(said.size() + wanted.size());
}

}  // namespace

AnswerMatch match_answer(std::string_view answer, std::span<const std::string> references) {
  const std::vector<std::string> said = words_of(without_marks(answer));
  AnswerMatch match;
  for (const std::string& reference : references) {
    const std::vector<std::string> wanted = words_of(reference);
    if (wanted.empty()) continue;
    match.contains = match.contains || !std::ranges::search(said, wanted).empty();
    match.f1 = std::max(match.f1, f1_of(said, wanted));
  }
  return match;
}

Result<References> References::parse(std::string_view lines) {
  References references;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    const std::string_view line = lines.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    const std::string where = "line " + std::to_string(number);
    KINDLING_TRY(const Json object, parse_json(line).within(where));
    std::vector<std::string> answers;
    if (object["answers"].is_string()) answers.emplace_back(object["answers"].as_string());
    for (const Json& answer : object["answers"].items()) answers.emplace_back(answer.as_string());
    if (!object["question"].is_string() || answers.empty()) {
      return Error{ErrorCode::malformed, where, "no question with answers",
                   R"(write {"question": "...", "answers": ["..."]})"};
    }
    auto& all = references.answers_[key_of(object["question"].as_string())];
    all.insert(all.end(), answers.begin(), answers.end());
  }
  return references;
}

std::span<const std::string> References::of(std::string_view question) const {
  const auto found = answers_.find(key_of(question));
  return found == answers_.end() ? std::span<const std::string>() : std::span<const std::string>(found->second);
}

}  // namespace kindling
