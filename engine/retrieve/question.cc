#include "engine/retrieve/question.h"

#include "base/utf8.h"

namespace kindling {

std::string_view to_string(SearchMode mode) {
  switch (mode) {
    case SearchMode::hybrid:
      return "hybrid";
    case SearchMode::keyword:
      return "keyword";
    case SearchMode::vector:
      return "vector";
  }
  return "unknown";
}

Status check_question(const Question& question) {
  if (question.text.size() > question_bytes_max) {
    return Error{ErrorCode::usage, "question",
                 std::to_string(question.text.size()) + " bytes, more than the limit of " +
                     std::to_string(question_bytes_max),
                 "ask a shorter question and index long material instead"};
  }
  if (question.text.find_first_not_of(" \t\r\n\v\f") == std::string::npos) {
    return Error{ErrorCode::usage, "question", "is empty", "say what you look for"};
  }
  const std::size_t valid = valid_utf8_prefix(question.text);
  if (valid != question.text.size()) {
    return Error{ErrorCode::usage, "question byte " + std::to_string(valid), "not valid UTF-8",
                 "check the terminal's encoding"};
  }
  return {};
}

}  // namespace kindling
