#include "engine/contemplate/sub_questions.h"

#include <gtest/gtest.h>

#include <random>

#include "base/utf8.h"

namespace kindling {
namespace {

using Questions = std::vector<std::string>;

TEST(SubQuestions, AListIsFoundInWhateverStandsAroundIt) {
  const Questions two{"When was it dug?", "Who paid?"};
  EXPECT_EQ(read_sub_questions(R"(["When was it dug?", "Who paid?"])"), two);
  EXPECT_EQ(read_sub_questions("Sure!\n```json\n[\"When was it dug?\",\n \"Who paid?\"]\n```\n"), two);
  EXPECT_EQ(read_sub_questions(R"({"questions":["When was it dug?","Who paid?"]})"), two);
  EXPECT_EQ(read_sub_questions(R"(["When was  it\ndug?","Who paid?","Who paid?"])"), two);
}

TEST(SubQuestions, AnythingElseIsNoPlan) {
  const Questions answers = {"",
                             "no idea",
                             "[]",
                             "[1, 2]",
                             "[\"a\", null]",
                             "[\"\"]",
                             "[\"a\"",
                             "][",
                             R"(["a","b","c","d","e"])",
                             "[\"" + std::string(sub_question_bytes_max + 1, 'x') + "\"]",
                             "[\"\xff\"]",
                             std::string(1u << 20, '['),
                             std::string(30'000, '[') + std::string(30'000, ']')};
  for (const std::string& answer : answers) {
    EXPECT_FALSE(read_sub_questions(answer)) << answer.substr(0, 40);
  }
}

TEST(SubQuestions, HostileAnswersGiveWellFormedQuestionsOrNone) {
  std::mt19937 random(5);
  const std::string letters = "[]\",{}\\ab\n\x01 u0";
  for (int i = 0; i < 20'000; ++i) {
    std::string answer = "[\"";
    for (std::size_t n = random() % 30; n > 0; --n) answer += letters[random() % letters.size()];
    const auto questions = read_sub_questions(answer + "\"]");
    if (!questions) continue;
    EXPECT_GE(questions->size(), 1u);
    EXPECT_LE(questions->size(), sub_questions_max);
    for (const std::string& question : *questions) {
      EXPECT_FALSE(question.empty());
      EXPECT_LE(question.size(), sub_question_bytes_max);
      EXPECT_EQ(question.find('\n'), std::string::npos);
      EXPECT_TRUE(is_valid_utf8(question));
    }
  }
}

}  // namespace
}  // namespace kindling
