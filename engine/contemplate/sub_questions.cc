#include "engine/contemplate/sub_questions.h"

#include <algorithm>

#include "base/json.h"
#include "base/utf8.h"

namespace kindling {
namespace {

constexpr std::size_t answer_bytes_max = 64u << 10;

std::string on_one_line_trimmed(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) > ' ' && c != 0x7f) {
      line.push_back(c);
    } else if (!line.empty() && !line.ends_with(' ')) {
      line.push_back(' ');
    }
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace

std::vector<ChatMessage> sub_question_messages(std::string_view question) {
  ChatMessage system;
  system.role = "system";
  system.content =
      "You plan a search. Split the user's question into the sub-questions that must be answered to answer it: "
      "at "
      "most 4, each one short and understandable by itself. Do not answer them. Reply with a JSON array of "
      "strings and nothing else.";
  ChatMessage user;
  user.role = "user";
  user.content = question;
  return {system, user};
}

std::optional<std::vector<std::string>> read_sub_questions(std::string_view answer) {
  if (answer.size() > answer_bytes_max || valid_utf8_prefix(answer) != answer.size()) return std::nullopt;
  const std::size_t begin = answer.find('['), end = answer.rfind(']');
  if (begin == answer.npos || end == answer.npos || end < begin) return std::nullopt;
  const auto json = parse_json(answer.substr(begin, end + 1 - begin));
  if (!json || json->items().empty() || json->items().size() > sub_questions_max) return std::nullopt;
  std::vector<std::string> questions;
  for (const Json& item : json->items()) {
    if (!item.is_string()) return std::nullopt;
    std::string question = on_one_line_trimmed(item.as_string());
    if (question.empty() || question.size() > sub_question_bytes_max) return std::nullopt;
    if (std::find(questions.begin(), questions.end(), question) == questions.end())
      questions.push_back(std::move(question));
  }
  return questions;
}

}  // namespace kindling
