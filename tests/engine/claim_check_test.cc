#include "engine/answer/claim_check.h"

#include <gtest/gtest.h>

#include <random>

namespace kindling {
namespace {

ClaimFinding check(const std::string& statement, const std::string& passage, const std::string& heading = "") {
  CitedText text(passage, heading);
  return text.check(Claim(statement));
}

void expect_refused(const std::string& statement, const std::string& passage, ClaimProblem problem) {
  const ClaimFinding finding = check(statement, passage);
  EXPECT_NE(finding.support, Support::supported) << statement;
  EXPECT_EQ(finding.problem, problem) << statement << ": " << to_string(finding.problem);
}

const std::string trial =
    "In the trial, 45 patients did not receive 20 mg of the drug, and mortality increased by 12 % in two "
    "years. The cost was "
    "$3.5 million. Edison worked for Tesla in Paris without pay.";

TEST(ClaimCheck, AQuoteHoldsHoweverItWasTypeset) {
  for (const std::string statement : {
           "In the trial, 45 patients did not receive 20 mg of the drug, and mortality increased by 12 % in "
           "two years.",
           "in the trial 45 patients did not receive 20\u00a0mg of the drug, and mor-\ntality increased by 12% "
           "in two years",
           "MORTALITY INCREASED BY 12 % IN TWO YEARS",
           "\u201cThe cost was $3.5 million\u201d",
       }) {
    const ClaimFinding finding = check(statement, trial);
    EXPECT_EQ(finding.support, Support::supported) << statement;
    EXPECT_EQ(finding.match, MatchKind::exact) << statement;
  }
}

TEST(ClaimCheck, ASlipOfThePenAndSmallWordsAreForgiven) {
  const ClaimFinding finding = check(
      "In a trial 45 patients did not recieve 20 mg of drug, and the mortality increased by 12 % in two years",
      trial);
  EXPECT_EQ(finding.support, Support::supported);
  EXPECT_EQ(finding.match, MatchKind::near);
}

TEST(ClaimCheck, OneWordThatTurnsASentenceRoundIsSeen) {
  expect_refused("In the trial, 54 patients did not receive 20 mg of the drug", trial, ClaimProblem::number);
  expect_refused("In the trial, 45 patients did receive 20 mg of the drug", trial, ClaimProblem::negation);
  expect_refused("In the trial, 45 patients did not receive 20 g of the drug", trial, ClaimProblem::unit);
  expect_refused("mortality decreased by 12 % in two years", trial, ClaimProblem::direction);
  expect_refused("mortality increased by 12 points in two years", trial, ClaimProblem::unit);
  expect_refused("The cost was $3.5 billion.", trial, ClaimProblem::unit);
  expect_refused("The cost was €3.5 million.", trial, ClaimProblem::unit);
  expect_refused("The temperature fell to 5 degrees", "The temperature fell to -5 degrees.",
                 ClaimProblem::number);
  expect_refused("Edison worked for Westinghouse in Paris without pay.", trial, ClaimProblem::name);
  expect_refused("Edison worked for Tesla in Paris with pay.", trial, ClaimProblem::negation);
}

TEST(ClaimCheck, WhatStandsJustOutsideAQuoteCounts) {
  expect_refused("patients died of the disease", "No patients died of the disease.", ClaimProblem::negation);
  expect_refused("Er kam am Montag", "Er kam am Montag nicht.", ClaimProblem::negation);
  expect_refused("The cost was 3.5", "The cost was 3.5 million.", ClaimProblem::unit);
  EXPECT_EQ(check("patients died of the disease", "It was not so. Patients died of the disease.").support,
            Support::supported);
}

TEST(ClaimCheck, ANegationIsNoPartOfAnotherWord) {
  expect_refused("The plant is notable", "The plant is not able", ClaimProblem::negation);
  EXPECT_EQ(check("It cannot be a nontoxic plant", "It can-\nnot be a non-toxic plant").support,
            Support::supported);
}

TEST(ClaimCheck, SpeaksOtherLanguages) {
  expect_refused("Der Kanal wurde von Hand gegraben", "Der Kanal wurde nicht von Hand gegraben.",
                 ClaimProblem::negation);
  expect_refused("Le canal a été creusé à la main", "Le canal n'a pas été creusé à la main.",
                 ClaimProblem::negation);
  expect_refused("El canal fue cavado sin manos", "El canal fue cavado con manos", ClaimProblem::negation);
  expect_refused("Канал вырыт вручную", "Канал не вырыт вручную.", ClaimProblem::negation);
  expect_refused("Το κανάλι σκάφτηκε με χέρια", "Το κανάλι σκάφτηκε χωρίς χέρια", ClaimProblem::negation);
  expect_refused("运河是人工挖的", "运河不是人工挖的。", ClaimProblem::negation);
  expect_refused("运河长100米，宽十尺", "运河长100公里，宽十尺。", ClaimProblem::unit);
  expect_refused("คลองขุดด้วยมือ", "คลองไม่ขุดด้วยมือ", ClaimProblem::negation);
  expect_refused("Die Stadt hat 3 Milliarden Einwohner", "Die Stadt hat 3 Millionen Einwohner.",
                 ClaimProblem::unit);
  EXPECT_EQ(check("运河非常长", "这条运河非常长。").support, Support::supported);
}

TEST(ClaimCheck, OwnWordsHoldWhenTheySayTheSame) {
  const std::string passage =
      "The canal was dug by hand between 1791 and 1794. It has 17 locks, and none of them is wide. It cost "
      "2,500,000 crowns.";
  EXPECT_EQ(check("By hand, the canal was dug from 1791 to 1794", passage).support, Support::supported);
  EXPECT_EQ(check("The canal cost 2.5 million crowns and was dug by hand", passage).support,
            Support::supported);
  EXPECT_EQ(check("Its cost: crowns, 2.5 billion of them", passage).support, Support::unsupported);
  EXPECT_EQ(check("Boats and horses pulled the canal's heavy trains by hand", passage).problem,
            ClaimProblem::absent);
}

TEST(ClaimCheck, ATrueHalfDoesNotCarryAnInventedOne) {
  const std::string passage = "The canal was dug by hand between 1791 and 1794, and it has 17 locks.";
  expect_refused("The canal was dug by hand between prisoners, elephants and wooden cranes", passage,
                 ClaimProblem::absent);
}

TEST(ClaimCheck, WordsInQuotationMarksMustStandThere) {
  const std::string passage = "Its rye bread rests for thirty hours, says the baker.";
  EXPECT_EQ(check("As one reads, \"rye bread rests for thirty hours\"", passage).support, Support::supported);
  expect_refused("As one reads, \"wheat bread sleeps through many nights\"", passage, ClaimProblem::quotation);
  EXPECT_NE(check("He never said that \"rye bread rests for thirty hours\"", passage).support,
            Support::supported);
}

TEST(ClaimCheck, WordsOfTheHeadingAreKnown) {
  const std::string passage = "The coat is soft and even blue in colour.";
  const std::string statement = "The Nova Scotia cat has a soft coat, even blue in colour";
  EXPECT_EQ(check(statement, passage).support, Support::unsupported);
  EXPECT_EQ(check(statement, passage, "Cats of Nova Scotia").support, Support::supported);
}

TEST(ClaimCheck, AnyTextsGiveAQuoteInsideThePassage) {
  std::mt19937 random(9);
  const std::vector<std::string> pieces{
      "not ", "5 ",     "mg ", "不", "ไม่",  "\"",  "\u201c", "\u201d", ". ",   "increased ", "\xff",   "-\n",
      "Tom ", "canal ", "$",   "%",  "`` ", "'' ", "n't ",   "the ",   "3.5 ", "million ",   "\u0301", "["};
  const auto text = [&](std::size_t most) {
    std::string all;
    for (std::size_t i = random() % most; i > 0; --i) all += pieces[random() % pieces.size()];
    return all;
  };
  for (int round = 0; round < 3'000; ++round) {
    const std::string passage = text(80);
    CitedText cited(passage, "");
    const ClaimFinding finding = cited.check(Claim(text(20)));
    ASSERT_LE(finding.quote.begin, finding.quote.end);
    ASSERT_LE(finding.quote.end, passage.size());
    ASSERT_EQ(finding.support == Support::supported, finding.problem == ClaimProblem::none);
  }
}

}  // namespace
}  // namespace kindling
