#include "engine/pack/fill.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>

namespace kindling {
namespace {

struct Pool {
  std::vector<Unit> units;
  std::vector<std::string> texts;
  mutable std::map<std::uint32_t, std::vector<HeadingCost>>
      headings;  // two lines a section, the outer one shared by three

  [[nodiscard]] FillCosts costs() const {
    FillCosts costs;
    costs.unit = [this](UnitIndex unit) { return texts[position(unit)].size() + 1; };
    costs.headings = [this](UnitIndex unit) -> std::span<const HeadingCost> {
      const std::uint32_t section = position(units[position(unit)].section);
      std::vector<HeadingCost>& lines = headings[section];
      if (lines.empty()) lines = {{1'000 + section / 3, 4}, {section, 5 + section % 7}};
      return lines;
    };
    costs.passage_mark = 10;
    return costs;
  }
  [[nodiscard]] Filling filled(std::uint64_t budget) const {
    FillLimits limits;
    limits.tokens = budget;
    return filled(limits);
  }
  [[nodiscard]] Filling filled(const FillLimits& limits) const {
    return fill(units, limits, costs(),
                [this](UnitIndex unit) { return std::string_view(texts[position(unit)]); });
  }
};

Pool random_pool(std::mt19937& random) {
  Pool pool;
  std::uint32_t section = 0, chunk = 0;
  const std::size_t count = 1 + random() % 60;
  for (std::size_t i = 0; i < count; ++i) {
    if (random() % 4 == 0) ++chunk;
    if (random() % 8 == 0) {
      ++section;
      ++chunk;
    }
    Unit unit;
    unit.section = SectionIndex{section};
    unit.chunk = ChunkIndex{chunk};
    unit.value = static_cast<float>(1 + random() % 1000) / 100;
    pool.units.push_back(unit);
    std::string text(1 + random() % 120, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 20);
    if (random() % 5 == 0 && !pool.texts.empty()) text = pool.texts[random() % pool.texts.size()];
    pool.texts.push_back(text);
  }
  return pool;
}

// What the chosen units cost, counted from scratch.
std::uint64_t recount(const Pool& pool, const std::vector<UnitIndex>& chosen) {
  const FillCosts costs = pool.costs();
  std::uint64_t total = 0;
  std::set<std::uint64_t> keys;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    total += costs.unit(chosen[i]);
    for (const HeadingCost& heading : costs.headings(chosen[i])) {
      if (keys.insert(heading.line).second) total += heading.tokens;
    }
    if (i == 0 || !continues(pool.units, chosen[i - 1], chosen[i])) total += costs.passage_mark;
  }
  return total;
}

TEST(Fill, NeverExceedsItsBudget) {
  std::mt19937 random(1);
  for (int round = 0; round < 5'000; ++round) {
    const Pool pool = random_pool(random);
    const std::uint64_t budget = random() % 3'000;
    const Filling filling = pool.filled(budget);
    ASSERT_LE(filling.cost, budget);
    ASSERT_EQ(std::accumulate(filling.paid.begin(), filling.paid.end(), std::uint64_t{0}), filling.cost);
    ASSERT_LE(recount(pool, filling.chosen), filling.cost);  // joining two runs saves a mark, never costs one
  }
}

TEST(Fill, LosesNothingSilently) {
  std::mt19937 random(2);
  for (int round = 0; round < 2'000; ++round) {
    const Pool pool = random_pool(random);
    const Filling filling = pool.filled(random() % 2'000);
    std::set<std::uint32_t> seen;
    for (const UnitIndex unit : filling.chosen) ASSERT_TRUE(seen.insert(position(unit)).second);
    for (const Omission& omission : filling.omitted) ASSERT_TRUE(seen.insert(position(omission.unit)).second);
    ASSERT_EQ(seen.size(), pool.units.size());
  }
}

TEST(Fill, NamesTheSmallestBudgetThatHoldsOneUnit) {
  std::mt19937 random(3);
  for (int round = 0; round < 2'000; ++round) {
    const Pool pool = random_pool(random);
    const std::uint64_t cheapest = cheapest_unit(pool.units, pool.costs());
    ASSERT_TRUE(pool.filled(cheapest - 1).chosen.empty());
    ASSERT_FALSE(pool.filled(cheapest).chosen.empty());
  }
}

TEST(Fill, TakesTheMoreValuableFirstAndTheEarlierOfEquals) {
  Pool pool;
  for (const float value : {1.f, 3.f, 2.f, 3.f}) {
    Unit unit;
    unit.section = SectionIndex{static_cast<std::uint32_t>(pool.units.size())};
    unit.chunk = ChunkIndex{static_cast<std::uint32_t>(pool.units.size())};
    unit.value = value;
    pool.units.push_back(unit);
    pool.texts.push_back(std::string(30, static_cast<char>('a' + pool.units.size())));
  }
  EXPECT_EQ(pool.filled(55).chosen, std::vector<UnitIndex>{UnitIndex{1}});
  EXPECT_EQ(pool.filled(105).chosen, (std::vector<UnitIndex>{UnitIndex{1}, UnitIndex{3}}));
}

TEST(Fill, KeepsEachDocumentWithinItsShare) {
  std::mt19937 random(4);
  for (int round = 0; round < 500; ++round) {
    Pool pool = random_pool(random);
    for (Unit& unit : pool.units) unit.document = DocumentIndex{position(unit.section) / 3};
    FillLimits limits;
    limits.tokens = 2'000;
    limits.tokens_per_document = 100 + random() % 400;
    const Filling filling = pool.filled(limits);
    std::map<std::uint32_t, std::uint64_t> of_document;
    for (std::size_t i = 0; i < filling.chosen.size(); ++i) {
      of_document[position(pool.units[position(filling.chosen[i])].document)] += filling.paid[i];
    }
    for (const auto& [document, tokens] : of_document)
      ASSERT_LE(tokens, limits.tokens_per_document) << document;
  }
}

TEST(Fill, StopsCountingOnceNothingHasFittedForLong) {
  Pool pool;
  std::uint64_t counted = 0;
  for (std::uint32_t i = 0; i < 5'000; ++i) {
    Unit unit;
    unit.section = SectionIndex{i};
    unit.chunk = ChunkIndex{i};
    unit.value = 1.f;
    pool.units.push_back(unit);
    pool.texts.push_back("sentence " + std::to_string(i));
  }
  FillCosts costs = pool.costs();
  costs.unit = [&](UnitIndex) { return ++counted, std::uint64_t{10}; };
  FillLimits limits;
  limits.tokens = 300;
  const Filling filling = fill(pool.units, limits, costs,
                               [&](UnitIndex unit) { return std::string_view(pool.texts[position(unit)]); });
  EXPECT_GT(filling.chosen.size(), 5u);
  EXPECT_LE(counted, filling.chosen.size() + misses_max);
  EXPECT_EQ(filling.chosen.size() + filling.omitted.size(), pool.units.size());
}

TEST(Fill, TellsDuplicatesAndWhatTheyRepeat) {
  Pool pool;
  const std::string sentence =
      "The deepest lock, at Tern Hill, lifts a boat by four metres and twenty centimetres.";
  for (const std::string& text :
       {sentence, std::string("Something else that is also long enough to be compared with others.")}) {
    pool.texts.push_back(text);
  }
  pool.texts.push_back("the deepest lock at Tern Hill\nlifts a boat by four metres -- and twenty centimetres");
  for (std::uint32_t i = 0; i < 3; ++i) {
    Unit unit;
    unit.section = SectionIndex{i};
    unit.chunk = ChunkIndex{i};
    unit.value = 3.f - static_cast<float>(i);
    pool.units.push_back(unit);
  }
  const Filling filling = pool.filled(10'000);
  ASSERT_EQ(filling.omitted.size(), 1u);
  EXPECT_EQ(filling.omitted[0].unit, UnitIndex{2});
  EXPECT_EQ(filling.omitted[0].same_as, UnitIndex{0});
  EXPECT_EQ(filling.omitted[0].reason, Omission::Reason::duplicate);
}

// The naive twin of going on where the first filling was stuck: filling afresh.
TEST(Fill, ALargerLimitGivesWhatFillingAfreshWould) {
  std::mt19937 random(6);
  int went_on = 0;
  for (int round = 0; round < 5'000; ++round) {
    Pool pool = random_pool(random);
    for (Unit& unit : pool.units) unit.document = DocumentIndex{position(unit.section) / 3};
    FillLimits limits;
    limits.tokens = 1 + random() % 1'500;
    if (random() % 3 == 0) limits.tokens_per_document = 100 + random() % 400;
    const FillCosts costs = pool.costs();
    const Filler::TextOf text_of = [&](UnitIndex unit) { return std::string_view(pool.texts[position(unit)]); };
    Filler filler(pool.units, limits, costs, text_of);
    const Filling first = filler.fill();
    for (int more = 0; more < 2; ++more) {
      limits.tokens += random() % 300;
      const Filling raised = filler.fill_up_to(limits.tokens), fresh = pool.filled(limits);
      ASSERT_EQ(raised.chosen, fresh.chosen);
      ASSERT_EQ(raised.paid, fresh.paid);
      ASSERT_EQ(raised.cost, fresh.cost);
      ASSERT_EQ(raised.omitted.size(), fresh.omitted.size());
      for (std::size_t i = 0; i < fresh.omitted.size(); ++i) {
        ASSERT_EQ(raised.omitted[i].unit, fresh.omitted[i].unit);
        ASSERT_EQ(raised.omitted[i].reason, fresh.omitted[i].reason);
        ASSERT_EQ(raised.omitted[i].same_as, fresh.omitted[i].same_as);
      }
      went_on += raised.chosen != first.chosen ? 1 : 0;
    }
  }
  EXPECT_GT(went_on, 1'000);
}

TEST(Fill, OrdersAllKindsOfValues) {
  Pool pool;
  for (const float value : {0.f, -1.f, 1e-30f, 2.f, -0.f, 1e30f, -1e30f, 2.f}) {
    Unit unit;
    unit.section = SectionIndex{static_cast<std::uint32_t>(pool.units.size())};
    unit.chunk = ChunkIndex{static_cast<std::uint32_t>(pool.units.size())};
    unit.value = value;
    pool.units.push_back(unit);
    pool.texts.push_back("x" + std::to_string(pool.units.size()));
  }
  std::vector<std::uint32_t> order;
  for (const Omission& omission : pool.filled(1).omitted) order.push_back(position(omission.unit));
  EXPECT_EQ(order, (std::vector<std::uint32_t>{5, 3, 7, 2, 0, 4, 1, 6}));
}

TEST(Continues, NotAcrossAChunkThatWasLeftOut) {
  std::vector<Unit> units(3);
  units[1].chunk = ChunkIndex{1};
  units[2].chunk = ChunkIndex{3};
  EXPECT_TRUE(continues(units, UnitIndex{0}, UnitIndex{1}));
  EXPECT_FALSE(continues(units, UnitIndex{1}, UnitIndex{2}));
}

// Three rows under one header: three columns of bytes are what they cost.
Pool table() {
  Pool pool;
  for (std::uint32_t i = 0; i < 4; ++i) {
    Unit unit;
    unit.span = {i * 10, i * 10 + 9};
    unit.value = i == 0 ? 0.f : static_cast<float>(i);
    if (i > 0) unit.lead = {0, 9};
    pool.units.push_back(unit);
    pool.texts.push_back("row " + std::to_string(i) + " abc");
  }
  return pool;
}

TEST(Fill, ARowBringsItsHeader) {
  const Pool pool = table();
  // The last row, the header apart from it, their headings and two marks: 10 + 10 + 4 + 5 + 20; and no more.
  const Filling filling = pool.filled(49 + 10 * 4);
  ASSERT_GE(filling.chosen.size(), 2u);
  EXPECT_EQ(filling.chosen.front(), UnitIndex{0});
  EXPECT_EQ(filling.chosen.back(), UnitIndex{3});
  EXPECT_EQ(std::accumulate(filling.paid.begin(), filling.paid.end(), std::uint64_t{0}), filling.cost);
  EXPECT_LE(filling.cost, 89u);
}

TEST(Fill, AHeaderThatTakesMuchOfTheWindowIsLeftOut) {
  Pool pool = table();
  pool.texts[0] = std::string(40, 'h');
  const Filling filling = pool.filled(60);
  ASSERT_FALSE(filling.chosen.empty());
  EXPECT_NE(filling.chosen.front(), UnitIndex{0});
}

TEST(Fill, HeadersAreChosenOnceAndFillingFurtherEqualsFillingAfresh) {
  const Pool pool = table();
  for (std::uint64_t first = 20; first < 160; first += 7) {
    for (std::uint64_t then = first; then < 200; then += 13) {
      FillLimits limits;
      limits.tokens = first;
      const FillCosts costs = pool.costs();
      const Filler::TextOf text = [&](UnitIndex unit) { return std::string_view(pool.texts[position(unit)]); };
      Filler filler(pool.units, limits, costs, text);
      static_cast<void>(filler.fill());
      const Filling further = filler.fill_up_to(then);
      std::set<std::uint32_t> seen;
      for (const UnitIndex unit : further.chosen) EXPECT_TRUE(seen.insert(position(unit)).second);
      for (const Omission& omission : further.omitted) EXPECT_TRUE(seen.insert(position(omission.unit)).second);
      EXPECT_EQ(seen.size(), pool.units.size()) << first << " " << then;
      EXPECT_LE(further.cost, then);
      if (!further.chosen.empty() && further.chosen.back() == UnitIndex{3} && then >= 100) {
        EXPECT_EQ(further.chosen.front(), UnitIndex{0}) << first << " " << then;
      }
    }
  }
}

}  // namespace
}  // namespace kindling
