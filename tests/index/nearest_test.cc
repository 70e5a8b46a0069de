#include "index/vectors/nearest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <set>

namespace kindling {
namespace {

std::vector<float> numbers(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

// The specification: every product in double precision, all sorted.
std::vector<std::uint32_t> naive(const VectorMatrix& data, std::span<const float> query, std::size_t k) {
  std::vector<std::pair<double, std::uint32_t>> all;
  for (std::uint32_t i = 0; i < data.count; ++i) {
    double sum = 0;
    for (std::uint32_t d = 0; d < data.dimensions; ++d) sum += double{data.row(i)[d]} * double{query[d]};
    all.emplace_back(-sum, i);
  }
  std::sort(all.begin(), all.end());
  std::vector<std::uint32_t> rows;
  for (std::size_t i = 0; i < std::min(k, all.size()); ++i) rows.push_back(all[i].second);
  return rows;
}

double product(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// The same rows in the same order, or others of products that rounding may have swapped; none twice.
bool same_but_for_rounding(const std::vector<Neighbour>& found, const std::vector<std::uint32_t>& wanted,
                           const VectorMatrix& data, std::span<const float> query) {
  std::set<std::uint32_t> different;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double truth = product(data.row(found[i].row), query);
    if (!different.insert(found[i].row).second || std::abs(truth - found[i].product) > 1e-5 ||
        std::abs(truth - product(data.row(wanted[i]), query)) > 2e-5) {
      return false;
    }
  }
  return found.size() == wanted.size();
}

TEST(ExactNearest, AreThoseOfSortingEverything) {
  for (const std::uint32_t count : {1u, 2u, 63u, 64u, 65u, 700u}) {
    for (const std::uint32_t dimensions : {1u, 7u, 48u}) {
      for (const std::uint32_t stride : {dimensions, dimensions + 5}) {
        const auto values = numbers(std::size_t{count} * stride, count), asked = numbers(40 * dimensions, 3);
        const VectorMatrix data{values.data(), count, dimensions, stride};
        const VectorMatrix queries{asked.data(), 40, dimensions, dimensions};
        for (const std::size_t k : {1u, 10u, 1000u}) {
          const auto found = exact_nearest(data, queries, k, 2);
          ASSERT_EQ(found.size(), 40u);
          for (std::uint32_t q = 0; q < 40; ++q)
            ASSERT_TRUE(same_but_for_rounding(found[q], naive(data, queries.row(q), k), data, queries.row(q)))
                << count << " x " << dimensions << ", k " << k;
        }
      }
    }
  }
}

TEST(ExactNearest, NeverFindRowsWithoutAVectorOrThatAreNotAllowed) {
  auto values = numbers(std::size_t{300} * 24, 8);
  for (std::size_t row = 0; row < 300; row += 7)
    values[row * 24 + row % 24] = std::numeric_limits<float>::quiet_NaN();
  const auto asked = numbers(std::size_t{20} * 24, 9);
  const std::vector<std::uint64_t> words(5, 0x3333'3333'3333'3333);
  for (const std::uint32_t queries : {1u, 20u}) {
    for (const auto& found : exact_nearest({values.data(), 300, 24, 24}, {asked.data(), queries, 24, 24}, 300,
                                           1, RowSet(words, 150))) {
      EXPECT_EQ(found.size(), 150u - 21u);
      for (const Neighbour& one : found) EXPECT_TRUE(one.row % 7 != 0 && one.row % 4 < 2);
    }
  }
}

TEST(ExactNearest, BreakTiesByTheLowerRow) {
  const std::vector<float> values(200, 1.0F), query = {2.0F};
  const auto found = exact_nearest({values.data(), 200, 1, 1}, {query.data(), 1, 1, 1}, 3);
  EXPECT_EQ(found.front(), (std::vector<Neighbour>{{0, 2}, {1, 2}, {2, 2}}));
}

}  // namespace
}  // namespace kindling
