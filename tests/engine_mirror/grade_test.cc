// The rule by which one answer of a pair is better.
#include <gtest/gtest.h>

#include "engine/mirror/grade.h"
#include "tests/engine_mirror/mirrored_pair.h"

namespace kindling {
namespace {

AnswerMeasures measured(std::string text, std::string finish = "stop",
                        std::vector<std::string> references = {}) {
  MirroredAnswer answer = mirrored_pair().first;
  answer.text = std::move(text);
  answer.finish = std::move(finish);
  return measure_answer(answer, mirrored_pair().passages, references);
}

const std::string right = "The canal was dug by hand between 1791 and 1794 [1].";
const std::string wrong = "The canal was dug by hand between 1791 and 1799 [1].";
const std::string half = right + " It was the longest canal of its time in the whole country [1].";
const std::string declining = "The collection does not say.";

TEST(Grade, SupportIsTheShareOfClaimsThatHold) {
  EXPECT_EQ(measured(right).support, 1);
  EXPECT_EQ(measured(wrong).support, 0);
  EXPECT_EQ(measured(half).support, .5);
  EXPECT_EQ(measured(half).claims, 2u);
  EXPECT_EQ(measured(right).citations, 1);
  EXPECT_EQ(measured("The canal was dug by hand [7].").citations, 0);  // a passage that was not sent
  EXPECT_EQ(measured("").support, 0);
}

TEST(Grade, BetterSupportedWins) {
  EXPECT_EQ(grade(measured(wrong), measured(right), {}).preference, Preference::second);
  EXPECT_EQ(grade(measured(right), measured(half), {}).preference, Preference::first);
  const Grade same = grade(measured(right), measured(right), {});
  EXPECT_EQ(same.preference, Preference::tie);
  EXPECT_EQ(same.decided_by, "nothing");
}

TEST(Grade, DecliningLosesToARightAnswerAndBeatsAWrongOne) {
  EXPECT_TRUE(measured(declining).declined);
  EXPECT_EQ(grade(measured(declining), measured(right), {}).preference, Preference::second);
  EXPECT_EQ(grade(measured(declining), measured(wrong), {}).preference, Preference::first);
}

TEST(Grade, AWholeAnswerBeatsABrokenOne) {
  const Grade whole = grade(measured(wrong), measured(right, "incomplete"), Preference::second);
  EXPECT_EQ(whole.preference, Preference::first);
  EXPECT_EQ(whole.decided_by, "finish");
  EXPECT_EQ(grade(measured(right, "length"), measured(right), {}).preference, Preference::tie);
}

TEST(Grade, AReferenceGoesFirstThenTheJudgeThenSupport) {
  const std::vector<std::string> reference = {"1799"};
  EXPECT_EQ(grade(measured(right, "stop", reference), measured(wrong, "stop", reference), Preference::first)
                .decided_by,
            "reference");
  EXPECT_EQ(grade(measured(right), measured(wrong), Preference::second).preference, Preference::second);
  EXPECT_EQ(grade(measured(right), measured(wrong), Preference::tie).preference, Preference::tie);
}

// Length never decides: where both contain the reference, the shorter one's F1 is higher, and that is no merit.
TEST(Grade, LengthIsNoMerit) {
  const std::vector<std::string> reference = {"by hand"};
  EXPECT_EQ(
      grade(measured("By hand [1].", "stop", reference), measured(right, "stop", reference), Preference::tie)
          .preference,
      Preference::tie);
}

TEST(AnswerMatch, ComparesWordsAsQuotations) {
  const std::vector<std::string> references = {"Two  Locks", "seventeen"};
  EXPECT_TRUE(match_answer("It has TWO locks [3].", references).contains);
  EXPECT_FALSE(match_answer("It has two old locks", references).contains);
  EXPECT_NEAR(match_answer("two locks there", references).f1, 2 * 2 / 5.0, 1e-12);
  EXPECT_EQ(match_answer("", references).f1, 0);
  const std::vector<std::string> five = {"5"};
  EXPECT_FALSE(match_answer("Boats [5] pass.", five).contains);  // a mark is no word
}

TEST(References, AreFoundByTheQuestionsWords) {
  const auto references = References::parse(
      "{\"question\":\"How deep?\",\"answers\":[\"two metres\"]}\n\n{\"question\":\"how  "
      "deep\",\"answers\":\"2 m\"}\n");
  ASSERT_TRUE(references);
  EXPECT_EQ(references->of("HOW DEEP").size(), 2u);
  EXPECT_TRUE(references->of("how wide").empty());
  for (const char* bad : {"{\"question\":\"x\"}", "x", "{\"answers\":[\"a\"]}", "[]"}) {
    const auto failed = References::parse(std::string("{\"question\":\"a\",\"answers\":[\"b\"]}\n") + bad);
    ASSERT_FALSE(failed) << bad;
    EXPECT_TRUE(failed.error().where.starts_with("line 2")) << failed.error().where;
  }
}

}  // namespace
}  // namespace kindling
