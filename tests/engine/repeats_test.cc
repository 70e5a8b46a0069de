#include "engine/pack/repeats.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace kindling {
namespace {

std::optional<Repeats::Repeat> second_after_first(std::string_view first, std::string_view second,
                                                  bool near = true) {
  Repeats repeats;
  repeats.add(first, repeats.fingerprint(first, near), 7);
  return repeats.find(second, repeats.fingerprint(second, near));
}

const std::string lock_rule =
    "Boats that wait below the third lock shall keep to the towpath side, show a white light after sunset, "
    "leave the "
    "middle of the cut free for boats coming down, and move up in the order in which they came, unless the "
    "keeper calls "
    "one of them forward because it carries milk or a doctor or the mail for the valley.";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(Repeats, SeesThroughCaseBlanksAndPunctuation) {
  const auto repeat = second_after_first("The deepest lock, at Tern Hill, lifts a boat by four metres.",
                                         "the deepest lock at TERN HILL\nlifts a boat -- by four metres");
  ASSERT_TRUE(repeat);
  EXPECT_EQ(repeat->of, 7u);
  EXPECT_EQ(repeat->kind, Repeats::Kind::exact);
}

TEST(Repeats, SeesThroughTheQuotesOfAnotherRendering) {
  const auto repeat = second_after_first(
      "Secure the directories such as \"/tmp\" and set the sticky bit - on each of them.",
      "Secure the directories such as \u201d/tmp\u201d and set the\u00a0sticky bit \u2013 on each of them.");
  ASSERT_TRUE(repeat);
  EXPECT_EQ(repeat->kind, Repeats::Kind::exact);
}

TEST(Repeats, ShortTextsAreNeverRepeats) { EXPECT_FALSE(second_after_first("See below.", "See below.")); }

TEST(Repeats, KnowsASentenceWithAWordExchanged) {
  const auto repeat = second_after_first(lock_rule, replaced(lock_rule, "wait", "stay"));
  ASSERT_TRUE(repeat);
  EXPECT_EQ(repeat->kind, Repeats::Kind::near);
}

TEST(Repeats, NumbersNamesAndNegationsMakeADifference) {
  const std::string dated = lock_rule + " This holds since 1794 at Tern Hill.";
  EXPECT_FALSE(second_after_first(dated, replaced(dated, "1794", "1796")));
  EXPECT_FALSE(second_after_first(dated, replaced(dated, "Tern Hill", "Moss Hill")));
  EXPECT_FALSE(second_after_first(dated, replaced(dated, "This holds", "This never holds")));
  EXPECT_TRUE(second_after_first(dated, replaced(dated, "This holds", "This stands")));
}

TEST(Repeats, OtherSentencesStay) {
  EXPECT_FALSE(
      second_after_first(lock_rule,
                         "The bakery on Mill Lane opens at five in the morning and closes when the last "
                         "loaf is sold, which on market days is seldom later than nine o'clock."));
}

TEST(Repeats, WithoutNearOnesExactOnesAreStillFound) {
  EXPECT_TRUE(second_after_first(lock_rule, lock_rule, false));
  EXPECT_FALSE(second_after_first(lock_rule, replaced(lock_rule, "wait", "stay"), false));
}

TEST(Repeats, WhatIsWithdrawnWasNeverSaid) {
  Repeats repeats;
  const std::string other = replaced(lock_rule, "wait", "stay");
  repeats.add("Nothing of the kind was ever said by anybody who came by.", repeats.fingerprint("", true), 1);
  repeats.add(lock_rule, repeats.fingerprint(lock_rule, true), 2);
  repeats.withdraw(1);
  EXPECT_EQ(repeats.size(), 1u);
  EXPECT_FALSE(repeats.find(lock_rule, repeats.fingerprint(lock_rule, true)));
  repeats.add(other, repeats.fingerprint(other, true), 3);
  const auto near = repeats.find(lock_rule, repeats.fingerprint(lock_rule, true));
  ASSERT_TRUE(near);
  EXPECT_EQ(near->of, 3u);
  repeats.withdraw(2);
  EXPECT_EQ(repeats.size(), 0u);
  EXPECT_FALSE(repeats.find(other, repeats.fingerprint(other, true)));
}

// The naive twin: nothing unrelated is ever called a repeat, and what is copied with a small change is found.
TEST(Repeats, FindsCopiesAmongThousands) {
  std::mt19937 random(3);
  std::vector<std::string> sentences;
  for (int i = 0; i < 2'000; ++i) {
    std::string sentence;
    for (int w = 0; w < 40; ++w)
      sentence += "w" + std::string(1, static_cast<char>('a' + random() % 26)) +
                  std::string(1, static_cast<char>('a' + random() % 26)) + " ";
    sentences.push_back(sentence);
  }
  Repeats repeats;
  for (std::uint32_t i = 0; i < sentences.size(); ++i) {
    const auto fingerprint = repeats.fingerprint(sentences[i], true);
    ASSERT_FALSE(repeats.find(sentences[i], fingerprint)) << i;
    repeats.add(sentences[i], fingerprint, i);
  }
  int found = 0;
  for (std::uint32_t i = 0; i < sentences.size(); ++i) {
    const std::string changed = sentences[i] + "end";
    const auto repeat = repeats.find(changed, repeats.fingerprint(changed, true));
    if (repeat && repeat->of == i) ++found;
  }
  EXPECT_GT(found, 1'980);
}

}  // namespace
}  // namespace kindling
