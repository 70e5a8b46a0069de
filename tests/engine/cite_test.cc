#include "engine/cite.h"

#include <gtest/gtest.h>

#include <random>

namespace kindling {
namespace {

const std::string canal = "The canal was dug by hand between 1791 and 1794. It has 17 locks, and none of them is wide.";
const std::string bakery = "The bakery opens at five in the morning. Its rye bread rests for thirty hours.";

CitationCheck check(const std::string& answer) {
  const std::vector<CitablePassage> passages{{1, canal}, {2, bakery}};
  return check_citations(answer, passages);
}

TEST(Citations, ResolveToTheSentenceThatSupportsTheStatement) {
  const auto result = check("By hand, the canal was dug from 1791 to 1794 [1]. The bakery opens at five in the morning [2].");
  ASSERT_EQ(result.citations.size(), 2u);
  EXPECT_TRUE(result.citations[0].verified);
  EXPECT_EQ(slice(canal, result.citations[0].quote), "The canal was dug by hand between 1791 and 1794.");
  EXPECT_EQ(slice(bakery, result.citations[1].quote), "The bakery opens at five in the morning.");
}

TEST(Citations, AWrongNumberIsNotVerified) {
  const auto result = check("The canal was dug by hand between 1791 and 1799 [1].");
  ASSERT_EQ(result.citations.size(), 1u);
  EXPECT_FALSE(result.citations[0].verified);
}

TEST(Citations, TheWrongPassageIsNotVerified) {
  const auto result = check("The canal was dug by hand between 1791 and 1794 [2].");
  ASSERT_EQ(result.citations.size(), 1u);
  EXPECT_FALSE(result.citations[0].verified);
}

TEST(Citations, ANumberWithoutAPassageIsRejected) {
  const auto result = check("It has 17 locks [7].");
  EXPECT_TRUE(result.citations.empty());
  EXPECT_EQ(result.rejected, std::vector<std::uint32_t>{7});
}

TEST(Citations, AQuotationIsFoundAsItStands) {
  const auto result = check("The text says \"rye bread rests for thirty hours\" [2].");
  ASSERT_EQ(result.citations.size(), 1u);
  EXPECT_TRUE(result.citations[0].verified);
  EXPECT_EQ(slice(bakery, result.citations[0].quote), "rye bread rests for thirty hours");
}

TEST(Citations, SeveralNumbersInOneMarkAndMarksAfterTheStop) {
  const auto result = check("The canal has 17 locks. [1, 2]");
  ASSERT_EQ(result.citations.size(), 2u);
  EXPECT_TRUE(result.citations[0].verified);
  EXPECT_FALSE(result.citations[1].verified);
}

TEST(Citations, AnyTextGivesSpansInsideThePassages) {
  std::mt19937 random(5);
  const std::string alphabet = "[]0123456789, .\"abc\xe2\x80\x9c\xff\n";
  for (int round = 0; round < 3'000; ++round) {
    std::string answer;
    for (std::size_t i = random() % 60; i > 0; --i) answer.push_back(alphabet[random() % alphabet.size()]);
    for (const ResolvedCitation& citation : check(answer).citations) {
      ASSERT_LE(citation.quote.end, (citation.number == 1 ? canal : bakery).size());
      ASSERT_LE(citation.quote.begin, citation.quote.end);
    }
  }
}

}  // namespace
}  // namespace kindling
