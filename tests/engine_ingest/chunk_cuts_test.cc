#include "engine/ingest/chunk_cuts.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <random>

namespace kindling {
namespace {

std::vector<Weighted> random_row(std::mt19937& random, std::size_t size, std::uint32_t limit) {
  std::vector<Weighted> row;
  for (std::size_t i = 0; i < size; ++i) {
    const float cost = random() % 4 == 0 ? 1.F : random() % 2 == 0 ? .05F : 0.F;
    row.push_back(
        {1 + static_cast<std::uint32_t>(random() % (random() % 3 == 0 ? limit : limit / 3 + 1)), cost});
  }
  return row;
}

std::uint64_t sum(std::span<const Weighted> row) {
  std::uint64_t total = 0;
  for (const Weighted& unit : row) total += unit.weight;
  return total;
}

void expect_within_limit(std::span<const Weighted> row, const std::vector<std::uint32_t>& ends,
                         std::uint32_t limit) {
  std::uint32_t from = 0;
  for (const std::uint32_t end : ends) {
    ASSERT_GT(end, from);
    ASSERT_LE(end, row.size());
    EXPECT_LE(sum(row.subspan(from, end - from)), limit);
    from = end;
  }
  EXPECT_EQ(from, row.size());
}

double cost_of(std::span<const Weighted> row, const std::vector<std::uint32_t>& ends, std::uint32_t limit) {
  const std::uint64_t total = sum(row);
  const double share = static_cast<double>(total) / static_cast<double>((total + limit - 1) / limit);
  double cost = 0;
  std::uint32_t from = 0;
  for (const std::uint32_t end : ends) {
    const double off = (static_cast<double>(sum(row.subspan(from, end - from))) - share) / limit;
    cost += off * off + (end < row.size() ? static_cast<double>(row[end - 1].cut_after) : 0.0);
    from = end;
  }
  return cost;
}

// The specification: every way of cutting, tried.
double least_cost(std::span<const Weighted> row, std::uint32_t limit) {
  double best = std::numeric_limits<double>::infinity();
  for (std::uint32_t cuts = 0; cuts < (1u << (row.size() - 1)); ++cuts) {
    std::vector<std::uint32_t> ends;
    for (std::uint32_t i = 0; i + 1 < row.size(); ++i) {
      if (cuts >> i & 1) ends.push_back(i + 1);
    }
    ends.push_back(static_cast<std::uint32_t>(row.size()));
    std::uint32_t from = 0;
    bool fits = true;
    for (const std::uint32_t end : ends) {
      fits = fits && sum(row.subspan(from, end - from)) <= limit;
      from = end;
    }
    if (fits) best = std::min(best, cost_of(row, ends, limit));
  }
  return best;
}

TEST(ChunkCuts, BestIsAsGoodAsTryingEverything) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const auto limit = static_cast<std::uint32_t>(3 + random() % 60);
    const auto row = random_row(random, 1 + random() % 10, limit);
    const auto ends = best_even_cuts(row, limit);
    expect_within_limit(row, ends, limit);
    EXPECT_NEAR(cost_of(row, ends, limit), least_cost(row, limit), 1e-9);
  }
}

TEST(ChunkCuts, QuickNeverExceedsTheLimitAndWastesLittle) {
  std::mt19937 random(2);
  for (int round = 0; round < 2000; ++round) {
    const auto limit = static_cast<std::uint32_t>(3 + random() % 600);
    const auto row = random_row(random, random() % 200, limit);
    const auto ends = quick_even_cuts(row, limit);
    expect_within_limit(row, ends, limit);
    EXPECT_LE(ends.size(), 4 * sum(row) / limit + 1);
  }
}

TEST(ChunkCuts, EqualUnitsAreCutEvenly) {
  const std::vector<Weighted> row(13, Weighted{20, 0});  // 260 over 128: three pieces, not 6 + 6 + 1 units
  EXPECT_EQ(best_even_cuts(row, 128).size(), 3u);
  std::uint32_t from = 0;
  for (const std::uint32_t end : best_even_cuts(row, 128)) {
    EXPECT_GE(end - from, 4u);
    from = end;
  }
}

TEST(ChunkCuts, NothingGivesNothing) {
  EXPECT_TRUE(best_even_cuts({}, 10).empty());
  EXPECT_TRUE(quick_even_cuts({}, 10).empty());
}

}  // namespace
}  // namespace kindling
