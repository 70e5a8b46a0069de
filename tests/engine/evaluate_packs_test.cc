#include "engine/measure/evaluate_packs.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/ingest/chunk_units.h"
#include "engine/measure/pack_oracle.h"
#include "engine/pack/fill.h"
#include "engine/pack/unit_sets.h"
#include "tests/engine/small_index.h"

namespace kindling {
namespace {

std::vector<Unit> all_units(const Snapshot& snapshot) {
  std::vector<Unit> units;
  for (std::uint32_t d = 0; d < snapshot.document_slots(); ++d) {
    for (const Unit& unit : document_units(snapshot, DocumentIndex{d})) units.push_back(unit);
  }
  return units;
}

// Every run, the naive way.
std::optional<std::uint64_t> naive_least(const Snapshot& snapshot, std::span<const Unit> units,
                                         const Tokenizer& tokenizer, const PieceCheck& holds) {
  std::optional<std::uint64_t> least;
  for (std::uint32_t first = 0; first < units.size(); ++first) {
    for (std::uint32_t last = first; last < units.size(); ++last) {
      if (last > first && !continues(units, UnitIndex{last - 1}, UnitIndex{last})) break;
      const ByteSpan piece{units[first].span.begin, units[last].span.end};
      if (!holds(units[first].document, piece)) continue;
      const std::uint64_t tokens =
          tokenizer.count(slice(snapshot.document(units[first].document).text, piece)).tokens_max;
      least = std::min(least.value_or(tokens), tokens);
    }
  }
  return least;
}

PieceCheck holds_words(const Snapshot& snapshot, std::string words) {
  return [&snapshot, words](DocumentIndex document, ByteSpan piece) {
    return slice(snapshot.document(document).text, piece).find(words) != std::string_view::npos;
  };
}

TEST(PackOracle, FindsTheShortestRunThatHoldsTheAnswer) {
  std::mt19937 random(5);
  std::size_t found = 0;
  for (int round = 0; round < 20; ++round) {
    const SmallIndex index(random_documents(random, 6));
    const Snapshot& snapshot = index.snapshot();
    std::vector<Unit> units = all_units(snapshot);
    std::erase_if(units, [&](const Unit&) { return random() % 4 == 0; });  // not all were found
    for (int question = 0; question < 10 && !units.empty(); ++question) {
      // Words that begin in one sentence and may end in a later one.
      const Unit& unit = units[random() % units.size()];
      const std::string_view text = snapshot.document(unit.document).text;
      const std::string words(text.substr(unit.span.begin, 5 + random() % 200));
      const PieceCheck holds = holds_words(snapshot, words);
      const auto least = least_tokens_with_answer(snapshot, units, index.encoder().tokenizer(), holds);
      EXPECT_EQ(least, naive_least(snapshot, units, index.encoder().tokenizer(), holds)) << words;
      found += least.has_value();
    }
  }
  EXPECT_GT(found, 20u);
  EXPECT_LT(found, 200u) << "some answers must lie across what was not found";
}

TEST(PackOracle, HasNothingWhereNoUnitHoldsTheAnswer) {
  const SmallIndex index({{"a.txt", "The canal was dug by hand. It took nine years.", "Canal"}});
  const auto units = all_units(index.snapshot());
  const auto& tokenizer = index.encoder().tokenizer();
  EXPECT_FALSE(
      least_tokens_with_answer(index.snapshot(), units, tokenizer, holds_words(index.snapshot(), "bakery")));
  EXPECT_FALSE(
      least_tokens_with_answer(index.snapshot(), {}, tokenizer, holds_words(index.snapshot(), "canal")));
  EXPECT_TRUE(
      least_tokens_with_answer(index.snapshot(), units, tokenizer, holds_words(index.snapshot(), "canal")));
}

TestSet canal_set() {
  TestSet set;
  TestQuery query;
  query.id = "1";
  query.text = "how many years did the canal take";
  query.answers = {"nine years"};
  set.queries.push_back(query);
  query.id = "2";
  query.text = "who paid for the canal";
  query.answers = {"nobody knows"};  // stands nowhere
  set.queries.push_back(query);
  return set;
}

TEST(EvaluatePacks, HoldsNoMoreThanTheOracleAllows) {
  const SmallIndex index({{"canal.txt", "The canal was dug by hand. The canal took nine years.", "Canal"},
                          {"bread.txt", "Bread is baked at night. It is sold at dawn.", "Bakery"}});
  const std::vector<std::uint64_t> budgets{1, 100, 1'000};
  const auto result = evaluate_packs(index.snapshot(), index.encoder(), canal_set(), budgets, {}, 1, {});
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->budgets.size(), budgets.size());
  EXPECT_EQ(result->questions, 2u);
  EXPECT_EQ(result->budgets[0].oracle, 0) << "no passage fits one token";
  EXPECT_EQ(result->budgets[2].oracle, .5);
  for (const PackScores& scores : result->budgets) EXPECT_LE(scores.kindling, scores.oracle);
  EXPECT_EQ(result->budgets[2].kindling, .5);
  ASSERT_TRUE(result->kindling_needs.has_value());
  EXPECT_LE(*result->kindling_needs, 1'000);
  EXPECT_GT(*result->kindling_needs, 1);
}

TEST(EvaluatePacks, ReadsTheBudgetThatAShareTakesBetweenTheMeasuredOnes) {
  std::vector<PackScores> scores(3);
  scores[0].budget = 4'000, scores[0].kindling = .9;
  scores[1].budget = 250, scores[1].kindling = .5;
  scores[2].budget = 1'000, scores[2].kindling = .7;
  EXPECT_EQ(tokens_to_reach(scores, &PackScores::kindling, .4), 250);
  EXPECT_EQ(tokens_to_reach(scores, &PackScores::kindling, .5), 250);
  EXPECT_NEAR(tokens_to_reach(scores, &PackScores::kindling, .6).value(), 500, 1e-6);
  EXPECT_NEAR(tokens_to_reach(scores, &PackScores::kindling, .8).value(), 2'000, 1e-6);
  EXPECT_NEAR(tokens_to_reach(scores, &PackScores::kindling, .9).value(), 4'000, 1e-6);
  EXPECT_FALSE(tokens_to_reach(scores, &PackScores::kindling, .91).has_value());
  EXPECT_FALSE(tokens_to_reach({}, &PackScores::kindling, .1).has_value());
}

}  // namespace
}  // namespace kindling
