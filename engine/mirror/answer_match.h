// Whether an answer says what a reference says: the measures of question answering sets.
//
// Words are compared as quotations are (tokenizer/plain_words.h): capitals, punctuation and typesetting make no
// difference. Citation marks are no words of an answer. Pure; safe from any thread.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kindling {

struct AnswerMatch {
  bool contains = false;  // some reference stands in the answer, word for word
  double f1 = 0;          // of words, with the best reference (Rajpurkar et al. 2016)
};

[[nodiscard]] AnswerMatch match_answer(std::string_view answer, std::span<const std::string> references);

// Questions with their answers: one JSON object a line, `question` and `answers` (a list, or one text). Found
// by the question's words, so that capitals and blanks make no difference.
class References {
 public:
  // Errors: `malformed`, naming the line.
  [[nodiscard]] static Result<References> parse(std::string_view lines);

  // Empty: none.
  [[nodiscard]] std::span<const std::string> of(std::string_view question) const;
  [[nodiscard]] std::size_t size() const { return answers_.size(); }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> answers_;
};

}  // namespace kindling
