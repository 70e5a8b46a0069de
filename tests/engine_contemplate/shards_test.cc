#include "engine/contemplate/shards.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <random>
#include <set>
#include <utility>

#include "engine/pack/unit_sets.h"
#include "tests/engine/small_index.h"

namespace kindling {
namespace {

using Place = std::pair<std::uint32_t, std::uint32_t>;

Place place_of(const Unit& unit) { return {position(unit.document), unit.span.begin}; }

std::uint64_t bytes(std::string_view text) { return text.size(); }

std::uint64_t bytes_of(const UnitShard& shard) {
  return std::accumulate(shard.begin(), shard.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Unit& unit) { return sum + unit.span.size() + 1; });
}

std::vector<Unit> all_units(const Snapshot& snapshot, std::mt19937& random) {
  std::vector<Unit> units;
  for (std::uint32_t d = 0; d < snapshot.document_slots(); ++d) {
    for (Unit unit : document_units(snapshot, DocumentIndex{d})) {
      unit.value = static_cast<float>(1 + random() % 1000);
      units.push_back(unit);
    }
  }
  return units;
}

TEST(DisjointShards, NoUnitIsReadTwiceAndNoSectionByTwo) {
  std::mt19937 random(7);
  for (int round = 0; round < 8; ++round) {
    const SmallIndex index(random_documents(random, 3 + random() % 10));
    const std::vector<Unit> units = all_units(index.snapshot(), random);
    const std::size_t count = 1 + random() % 16;
    const auto shards = disjoint_shards(index.snapshot(), units, count, 1u << 20, bytes);
    EXPECT_LE(shards.size(), count);
    std::set<Place> seen;
    std::set<SectionIndex> sections;
    for (const UnitShard& shard : shards) {
      EXPECT_FALSE(shard.empty());
      std::set<SectionIndex> own;
      for (const Unit& unit : shard) {
        EXPECT_TRUE(seen.insert(place_of(unit)).second);
        own.insert(unit.section);
      }
      for (const SectionIndex section : own) EXPECT_TRUE(sections.insert(section).second);
    }
    EXPECT_EQ(seen.size(), units.size()) << "everything had room";
  }
}

TEST(DisjointShards, AreBalancedWithinTheLargestSectionAndAnEighth) {
  std::mt19937 random(8);
  for (int round = 0; round < 8; ++round) {
    const SmallIndex index(random_documents(random, 12));
    const std::vector<Unit> units = all_units(index.snapshot(), random);
    std::map<SectionIndex, std::uint64_t> sections;
    for (const Unit& unit : units) sections[unit.section] += unit.span.size() + 1;
    std::uint64_t largest = 0, total = 0;
    for (const auto& [section, size] : sections) {
      largest = std::max(largest, size);
      total += size;
    }
    const std::size_t count = std::min<std::size_t>(1 + random() % 6, sections.size() / 4 + 1);
    const auto shards = disjoint_shards(index.snapshot(), units, count, 1u << 20, bytes);
    ASSERT_EQ(shards.size(), count);
    for (const UnitShard& shard : shards) {
      const double share = static_cast<double>(total) / static_cast<double>(count);
      EXPECT_LE(static_cast<double>(bytes_of(shard)), 1.25 * share + static_cast<double>(largest));
    }
  }
}

TEST(DisjointShards, TheLeastValuableIsLeftOutFirst) {
  std::mt19937 random(9);
  const SmallIndex index(random_documents(random, 10));
  const std::vector<Unit> units = all_units(index.snapshot(), random);
  const auto shards = disjoint_shards(index.snapshot(), units, 3, 500, bytes);
  std::set<Place> kept;
  float least = 1e9f;
  std::uint64_t size = 0;
  for (const UnitShard& shard : shards) {
    size += bytes_of(shard);
    for (const Unit& unit : shard) {
      kept.insert(place_of(unit));
      least = std::min(least, unit.value);
    }
  }
  EXPECT_LE(size, 1'500u);
  EXPECT_GT(size, 1'000u);
  for (const Unit& unit : units) {
    if (!kept.contains(place_of(unit))) {
      EXPECT_LE(unit.value, least);
    }
  }
}

TEST(DisjointShards, AreTheSameEachTime) {
  std::mt19937 random(10);
  const SmallIndex index(random_documents(random, 10));
  const std::vector<Unit> units = all_units(index.snapshot(), random);
  const auto once = disjoint_shards(index.snapshot(), units, 5, 700, bytes);
  const auto again = disjoint_shards(index.snapshot(), units, 5, 700, bytes);
  ASSERT_EQ(once.size(), again.size());
  for (std::size_t s = 0; s < once.size(); ++s) {
    ASSERT_EQ(once[s].size(), again[s].size());
    for (std::size_t i = 0; i < once[s].size(); ++i) EXPECT_EQ(place_of(once[s][i]), place_of(again[s][i]));
  }
}

TEST(DisjointShards, NothingFoundIsNoShard) {
  std::mt19937 random(11);
  const SmallIndex index(random_documents(random, 2));
  EXPECT_TRUE(disjoint_shards(index.snapshot(), {}, 4, 1'000, bytes).empty());
}

TEST(WindowShards, HoldEverySentenceOnceInOrder) {
  std::mt19937 random(12);
  for (const std::uint64_t window : {300u, 1'000u, 5'000u, 1u << 24}) {
    const SmallIndex index(random_documents(random, 15));
    const std::vector<Unit> units = all_units(index.snapshot(), random);
    const auto shards = window_shards(index.snapshot(), {}, window, bytes);
    ASSERT_TRUE(shards.ok());
    std::size_t at = 0;
    for (const UnitShard& shard : *shards) {
      EXPECT_FALSE(shard.empty());
      if (shard.size() > 1) {
        EXPECT_LE(bytes_of(shard), window);
      }
      for (const Unit& unit : shard) EXPECT_EQ(place_of(unit), place_of(units.at(at++)));
    }
    EXPECT_EQ(at, units.size());
  }
}

TEST(WindowShards, AFilterKeepsTheRestOut) {
  std::mt19937 random(13);
  const SmallIndex index(random_documents(random, 6));
  const auto filter = Filter::parse("uri = 'doc3.txt'");
  ASSERT_TRUE(filter.ok()) << filter.error().sentence();
  const auto shards = window_shards(index.snapshot(), *filter, 1u << 20, bytes);
  ASSERT_TRUE(shards.ok());
  ASSERT_EQ(shards->size(), 1u);
  for (const Unit& unit : shards->front()) EXPECT_EQ(index.snapshot().document(unit.document).uri, "doc3.txt");
}

TEST(WindowShards, AHalfIsNeverEmptyAndCutsBetweenSectionsIfItCan) {
  std::mt19937 random(14);
  const SmallIndex index(random_documents(random, 6));
  const std::vector<Unit> units = all_units(index.snapshot(), random);
  for (std::size_t size = 2; size <= units.size(); ++size) {
    const UnitShard shard(units.begin(), units.begin() + static_cast<std::ptrdiff_t>(size));
    const auto [first, second] = halved(shard);
    ASSERT_FALSE(first.empty());
    ASSERT_FALSE(second.empty());
    EXPECT_EQ(first.size() + second.size(), size);
    if (shard.front().section != shard.back().section) {
      EXPECT_NE(first.back().section, second.front().section);
    }
  }
}

}  // namespace
}  // namespace kindling
