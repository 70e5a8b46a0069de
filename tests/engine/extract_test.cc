#include "engine/answer/extract.h"

#include <gtest/gtest.h>

namespace kindling {
namespace {

TEST(ChooseAnswer, TakesTheBestInTheirOrderAndLeavesTheWeakOut) {
  const std::vector<AnswerCandidate> candidates{
      {"one", 1.f}, {"two", .2f}, {"three", .9f}, {"four", .95f}, {"five", .8f}};
  EXPECT_EQ(choose_answer("anything", candidates), (std::vector<std::size_t>{0, 2, 3}));
  EXPECT_TRUE(choose_answer("anything", {}).empty());
}

TEST(ChooseAnswer, PrefersWhatTheQuestionAsksFor) {
  const std::vector<AnswerCandidate> candidates{{"The canal is old.", 1.f},
                                                {"It was dug in 1791.", 1.f},
                                                {"It was dug by hand.", 1.f},
                                                {"Nobody knows.", 1.f}};
  const auto chosen = choose_answer("When was it dug?", candidates);
  EXPECT_NE(std::find(chosen.begin(), chosen.end(), 1u), chosen.end());
}

}  // namespace
}  // namespace kindling
