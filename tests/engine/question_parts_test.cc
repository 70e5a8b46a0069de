#include "engine/retrieve/question_parts.h"

#include <gtest/gtest.h>

namespace kindling {
namespace {

using Parts = std::vector<std::string>;

TEST(QuestionParts, AQuestionThatIsOneHasNone) {
  EXPECT_EQ(question_parts("When was the Harrow canal dug by hand?"), Parts{});
  EXPECT_EQ(question_parts("salt and pepper mills of the valley"), Parts{});
  EXPECT_EQ(question_parts(""), Parts{});
}

TEST(QuestionParts, EndAtQuestionMarksListsAndJoints) {
  EXPECT_EQ(question_parts("When was the canal dug? Who paid the bakery?"),
            (Parts{"When was the canal dug?", " Who paid the bakery?"}));
  EXPECT_EQ(question_parts("when was the canal dug and who paid the bakery"),
            (Parts{"when was the canal dug", "who paid the bakery"}));
  EXPECT_EQ(question_parts("deep lock height\nrye bread oven").size(), 2u);
  EXPECT_EQ(question_parts("运河什么时候挖的？面包店谁付钱？").size(), 2u);
}

TEST(QuestionParts, WhatSearchCannotUseIsNoPart) {
  EXPECT_EQ(question_parts("When was the canal dug? Why? And how?"), Parts{});
}

TEST(QuestionParts, AreNeverMoreThanTheLimit) {
  std::string many;
  for (int i = 0; i < 50; ++i) many += "which lock number " + std::to_string(i) + " leaks? ";
  EXPECT_EQ(question_parts(many).size(), question_parts_max);
}

}  // namespace
}  // namespace kindling
