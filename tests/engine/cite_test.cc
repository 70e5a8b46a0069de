#include "engine/answer/cite.h"

#include <gtest/gtest.h>

#include <random>

namespace kindling {
namespace {

const std::string canal =
    "The canal was dug by hand between 1791 and 1794. It has 17 locks, and none of them is wide.";
const std::string bakery = "The bakery opens at five in the morning. Its rye bread rests for thirty hours.";

CitationCheck check(const std::string& answer) {
  const std::vector<CitablePassage> passages{{1, canal}, {2, bakery}};
  return check_citations(answer, passages);
}

TEST(Citations, ResolveToTheSentenceThatSupportsTheStatement) {
  const auto result =
      check("By hand, the canal was dug from 1791 to 1794 [1]. The bakery opens at five in the morning [2].");
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

TEST(Citations, EachSentenceIsJudged) {
  const auto result = check(
      "## The canal\nThe canal was dug by hand between 1791 and 1794 [1]. It has 71 locks [1]. Elephants "
      "carried the stones away [1]. "
      "In short:\n\n- The bakery opens at five in the morning. [2]");
  std::vector<std::pair<Support, ClaimProblem>> judged;
  for (const CheckedSentence& sentence : result.sentences) {
    if (sentence.claims) judged.emplace_back(sentence.support, sentence.problem);
  }
  const std::vector<std::pair<Support, ClaimProblem>> expected{{Support::supported, ClaimProblem::none},
                                                               {Support::contradicted, ClaimProblem::number},
                                                               {Support::unsupported, ClaimProblem::absent},
                                                               {Support::supported, ClaimProblem::none}};
  EXPECT_EQ(judged, expected);
  EXPECT_FALSE(all_supported(result));
}

TEST(Citations, AWrongMarkIsToldFromAnInvention) {
  const auto result = check("The canal was dug by hand between 1791 and 1794 [2].");
  ASSERT_EQ(result.sentences.size(), 1u);
  EXPECT_EQ(result.sentences[0].problem, ClaimProblem::elsewhere);
  EXPECT_EQ(result.sentences[0].passage, 1u);
  EXPECT_EQ(result.sentences[0].support, Support::unsupported);
}

TEST(Citations, EachMarkInASentenceStandsForWhatIsBeforeIt) {
  const auto result = check("The canal has 17 locks [1], while the bakery opens at five in the morning [2].");
  ASSERT_EQ(result.citations.size(), 2u);
  EXPECT_TRUE(result.citations[0].verified);
  EXPECT_TRUE(result.citations[1].verified);
  EXPECT_TRUE(all_supported(result));
}

TEST(Citations, ASentenceWithoutAMarkIsLookedForInWhatIsCited) {
  const auto result = check(
      "The canal was dug by hand between 1791 and 1794. It has 17 locks [1]. Its rye bread rests for thirty "
      "hours.");
  ASSERT_EQ(result.sentences.size(), 3u);
  EXPECT_EQ(result.sentences[0].passage, 1u);
  EXPECT_EQ(result.sentences[2].passage, 2u);
  EXPECT_TRUE(all_supported(result));
  EXPECT_FALSE(all_supported(check("It has 17 locks [1]. Whales swim through it every summer.")));
}

TEST(Citations, RangesAndListsOfNumbersAreRead) {
  EXPECT_EQ(check("It has 17 locks [1-2; 9].").rejected, std::vector<std::uint32_t>{9});
  EXPECT_EQ(check("It has 17 locks [1\u20132].").citations.size(), 2u);
  EXPECT_TRUE(check("It has 17 locks [2-1].").citations.empty());  // no range
}

TEST(Citations, BracketsOfTheQuotedTextAreNoMarks) {
  const std::string article = "Binding was specific for the promoter [44], as shown by others.";
  const std::vector<CitablePassage> passages{{1, article}};
  const auto result =
      check_citations("Binding was specific for the promoter [44], as shown by others [1].", passages);
  EXPECT_TRUE(result.rejected.empty());
  EXPECT_TRUE(all_supported(result));
}

TEST(Citations, AnAnswerWithoutAnySupportIsNotSupported) {
  EXPECT_FALSE(all_supported(check("")));
  EXPECT_FALSE(all_supported(check("Is it so?")));
  EXPECT_FALSE(all_supported(check("It has 17 locks [1] and [7].")));
}

TEST(Citations, AModelThatDeclinesIsUnderstood) {
  EXPECT_TRUE(declines("The collection does not say."));
  EXPECT_TRUE(declines("I am sorry: the collection doesn\u2019t say when."));
  EXPECT_FALSE(declines("The canal has 17 locks."));
}

TEST(Citations, TimeIsBoundedForAnswersOfMarks) {
  std::string answer;
  for (int i = 0; i < 20'000; ++i) answer += "x [1][2]. ";
  EXPECT_LE(check(answer).citations.size(), 2u);
  EXPECT_TRUE(check(std::string(200'000, '[')).citations.empty());
}

TEST(Citations, AnyTextGivesSpansInsideThePassages) {
  std::mt19937 random(5);
  const std::string alphabet = "[]0123456789, .\"abc\xe2\x80\x9c\xff\n";
  for (int round = 0; round < 3'000; ++round) {
    std::string answer;
    for (std::size_t i = random() % 60; i > 0; --i) answer.push_back(alphabet[random() % alphabet.size()]);
    const CitationCheck result = check(answer);
    for (const ResolvedCitation& citation : result.citations) {
      ASSERT_LE(citation.quote.end, (citation.number == 1 ? canal : bakery).size());
      ASSERT_LE(citation.quote.begin, citation.quote.end);
    }
    std::uint32_t at = 0;
    for (const CheckedSentence& sentence : result.sentences) {
      ASSERT_LE(at, sentence.span.begin);
      ASSERT_LE(sentence.span.begin, sentence.span.end);
      ASSERT_LE(at = sentence.span.end, answer.size());
    }
  }
}

}  // namespace
}  // namespace kindling
