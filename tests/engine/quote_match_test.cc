#include "engine/answer/quote_match.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace kindling {
namespace {

std::string random_words(std::mt19937& random, std::size_t count, std::size_t vocabulary) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const auto word = random() % vocabulary;
    text += {static_cast<char>('a' + word / 26), static_cast<char>('a' + word % 26), 'x', ' '};
  }
  return text;
}

// Cost of the best alignment of all of `a` with any part of `b`, over the whole table.
std::size_t naive_distance(const std::vector<PlainWord>& a, const std::vector<PlainWord>& b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
  for (std::size_t i = 1; i <= a.size(); ++i) {
    cost[i][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1,
                             cost[i - 1][j - 1] + (a[i - 1].text == b[j - 1].text ? 0 : 1)});
    }
  }
  return *std::min_element(cost.back().begin(), cost.back().end());
}

// As many edits as the differences of a match say.
std::size_t edits(const NearMatch& match) {
  std::size_t sum = 0;
  for (const WordDifference& d : match.differences) sum += std::max(d.claim.size(), d.passage.size());
  return sum;
}

TEST(ExactQuote, IsFoundAsTheNaiveSearchFindsIt) {
  std::mt19937 random(1);
  for (int round = 0; round < 2'000; ++round) {
    const Wording passage(random_words(random, random() % 60, 3));
    const Wording claim(random_words(random, 1 + random() % 4, 3));
    const auto& words = passage.words();
    const auto naive = std::search(words.begin(), words.end(), claim.words().begin(), claim.words().end(),
                                   [](const PlainWord& a, const PlainWord& b) { return a.text == b.text; });
    const auto found = passage.find(claim.joined(claim.all()));
    ASSERT_EQ(found.has_value(), naive != words.end());
    if (found) {
      EXPECT_EQ(found->begin, static_cast<std::uint32_t>(naive - words.begin()));
    }
  }
}

TEST(ExactQuote, BeginsAndEndsWithWords) {
  const Wording passage("The notable canal has 112 locks.");
  EXPECT_FALSE(passage.find("table"));
  EXPECT_FALSE(passage.find("12"));
  EXPECT_TRUE(passage.find("notablecanal"));
}

TEST(NearQuote, IsTheBestAlignmentOfTheWholeTable) {
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    const std::string before = random_words(random, random() % 100, 500),
                      behind = random_words(random, random() % 100, 500);
    const std::string quote = random_words(random, 12 + random() % 20, 500);
    std::string changed;
    for (const PlainWord& word : plain_words(quote)) {
      const auto dice = random() % 12;
      if (dice == 0) continue;
      changed += (dice == 1 ? std::string("other") : word.text) + " ";
      if (dice == 2) changed += "more ";
    }
    const Wording passage(before + quote + behind), claim(changed);
    const auto match = find_near(passage, WordPairs(passage), claim, claim.all());
    ASSERT_TRUE(match);
    EXPECT_EQ(edits(*match), naive_distance(claim.words(), passage.words())) << changed << "\nin " << quote;
    EXPECT_LE(match->passage.end, passage.size());
  }
}

TEST(NearQuote, TellsTheWordsThatDiffer) {
  const Wording passage("Long ago the canal was dug by hand between 1791 and 1794 as people say.");
  const Wording claim("The canal was dug by machine between 1791 and 1799");
  const auto match = find_near(passage, WordPairs(passage), claim, claim.all());
  ASSERT_TRUE(match);
  ASSERT_EQ(match->differences.size(), 2u);
  EXPECT_EQ(claim.joined(match->differences[0].claim), "machine");
  EXPECT_EQ(passage.joined(match->differences[0].passage), "hand");
  EXPECT_EQ(passage.joined(match->differences[1].passage), "1794");
}

TEST(NearQuote, IsBoundedWhateverTheTextsAre) {
  std::string same, other;
  for (int i = 0; i < 50'000; ++i) same += "a ";
  for (int i = 0; i < 1'000; ++i) other += "a ";
  const Wording passage(same), claim(other), endless(same);
  const WordPairs pairs(passage);
  const auto match = find_near(passage, pairs, claim, claim.all());
  EXPECT_LE(match ? match->passage.end : 0, passage.size());
  EXPECT_FALSE(find_near(passage, pairs, endless, endless.all()));  // longer than any statement
}

TEST(Alike, AreSlipsOfThePenAndNothingElse) {
  EXPECT_TRUE(alike("therapy", "tehrapy"));
  EXPECT_TRUE(alike("accommodation", "acomodation"));
  EXPECT_FALSE(alike("mg", "g"));
  EXPECT_FALSE(alike("hand", "land3s"));
  EXPECT_FALSE(alike("increase", "decrease"));
  EXPECT_FALSE(alike(std::string(500, 'a'), std::string(500, 'a') + "b"));
}

}  // namespace
}  // namespace kindling
