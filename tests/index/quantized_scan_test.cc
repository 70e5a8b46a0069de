#include "index/vectors/quantized_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "index/vectors/rotation.h"
#include "tests/encoder/on_every_target.h"

namespace kindling {
namespace {

// Rows about a few hundred centres, as embeddings of texts on a few hundred matters are.
std::vector<float> clustered(std::uint32_t count, std::uint32_t dimensions, unsigned seed) {
  Numbers numbers(seed);
  const auto centres = numbers.vector(std::size_t{200} * dimensions);
  std::vector<float> rows;
  rows.reserve(std::size_t{count} * dimensions);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t first = rows.size();
    const float* centre = centres.data() + std::size_t{i * 7919 % 200} * dimensions;
    for (std::uint32_t d = 0; d < dimensions; ++d) rows.push_back(centre[d] + numbers.next());
    const std::span row(rows.data() + first, dimensions);
    const float length = std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0F));
    for (float& value : row) value /= length;
  }
  return rows;
}

VectorMatrix matrix(const std::vector<float>& rows, std::uint32_t dimensions) {
  return {rows.data(), static_cast<std::uint32_t>(rows.size() / dimensions), dimensions, dimensions};
}

double product(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * double{b[i]};
  return sum;
}

double recall(const QuantizedScan& scan, const VectorMatrix& data, const VectorMatrix& queries) {
  const auto exact = exact_nearest(data, queries, 10);
  std::size_t hits = 0;
  for (std::uint32_t q = 0; q < queries.count; ++q) {
    for (const Neighbour& one : scan.nearest(queries.row(q), 10))
      hits += static_cast<std::size_t>(std::ranges::count(exact[q], one.row, &Neighbour::row));
  }
  return static_cast<double>(hits) / (10.0 * queries.count);
}

TEST(Rotation, KeepsProductsAndSpreadsWhatIsInOnePlace) {
  for (const std::uint32_t dimensions : {1u, 15u, 16u, 17u, 100u, 256u, 384u, 768u, 8192u}) {
    const Rotation rotation(dimensions);
    ASSERT_EQ(rotation.padded() % 16, 0u);
    Numbers numbers(dimensions);
    const auto a = numbers.vector(dimensions), b = numbers.vector(dimensions);
    std::vector<float> ra(rotation.padded()), rb(rotation.padded());
    rotation.rotate(a, ra);
    rotation.rotate(b, rb);
    EXPECT_NEAR(product(ra, rb), product(a, b), 1e-4 * dimensions) << dimensions;
    EXPECT_NEAR(product(ra, ra), product(a, a), 1e-4 * dimensions) << dimensions;
  }
  std::vector<float> one(384), out(384);
  one[17] = 1;
  Rotation(384).rotate(one, out);
  EXPECT_LT(std::abs(*std::ranges::max_element(out, {}, [](float x) { return std::abs(x); })), .4F);
}

// The estimate is a random variable; its error falls with the root of the dimensions (the paper's theorem 3.2).
TEST(OneBitCodes, EstimatesAreUnbiasedAndAsCloseAsThePaperSays) {
  on_every_target([] {
    for (const std::uint32_t dimensions : {64u, 100u, 384u, 1024u}) {
      const auto rows = clustered(400, dimensions, 11);
      const VectorMatrix data = matrix(rows, dimensions);
      const OneBitCodes codes(data, 2);
      double error = 0, squares = 0;
      std::size_t count = 0;
      for (std::uint32_t q = 0; q < 400; q += 20) {
        const auto found = codes.candidates(data.row(q), 1000);
        ASSERT_EQ(found.size(), 400u);
        for (const Neighbour& one : found) {
          if (one.row == q) continue;
          const double off = one.product - product(data.row(q), data.row(one.row));
          error += off;
          squares += off * off;
          ++count;
        }
      }
      const double deviation = std::sqrt(squares / static_cast<double>(count));
      EXPECT_LT(deviation, .85 / std::sqrt(dimensions)) << dimensions;
      EXPECT_LT(std::abs(error / static_cast<double>(count)), .2 / std::sqrt(dimensions)) << dimensions;
    }
  });
}

TEST(OneBitCodes, KeepTheBestOfAllThatTheyEstimate) {
  on_every_target([] {
    const auto rows = clustered(3'001, 64, 5);
    const VectorMatrix data = matrix(rows, 64);
    const OneBitCodes codes(data);
    for (std::uint32_t q = 0; q < 10; ++q) {
      auto all = codes.candidates(data.row(q), 5'000);
      ASSERT_EQ(all.size(), 3'001u);
      std::ranges::sort(all, nearer);
      for (const std::size_t count : {1u, 10u, 64u, 500u}) {
        auto best = codes.candidates(data.row(q), count);
        ASSERT_EQ(best.size(), count);
        std::ranges::sort(best, nearer);
        // Equal estimates at the end may be of other rows.
        for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(best[i].product, all[i].product) << count;
      }
    }
  });
}

TEST(Int8Codes, AreWithinHalfAStepOfEachNumber) {
  on_every_target([] {
    for (const std::uint32_t dimensions : {1u, 63u, 64u, 384u, 1000u}) {
      const auto rows = clustered(100, dimensions, 3);
      const VectorMatrix data = matrix(rows, dimensions);
      const Int8Codes codes(data, 2);
      std::vector<Neighbour> among;
      for (std::uint32_t i = 100; i-- > 0;) among.push_back({i, 0});
      codes.score(data.row(0), among);
      for (const Neighbour& one : among) {
        // Each number is off by half of the largest over 127; errors of many add up as a root.
        EXPECT_NEAR(one.product, product(data.row(0), data.row(one.row)), .012) << dimensions;
      }
    }
  });
}

TEST(QuantizedScan, KeepsTheRecallThatItPromises) {
  const auto rows = clustered(12'100, 96, 1);
  const VectorMatrix data{rows.data(), 12'000, 96, 96}, queries{data.row(11'999).data() + 96, 100, 96, 96};
  for (const double wanted : {.9, .99}) {
    const QuantizedScan scan(data, {.recall = wanted, .threads = 2, .exact_below = 1'000});
    ASSERT_FALSE(scan.plan().exact);
    EXPECT_GE(scan.plan().recall, wanted);
    EXPECT_EQ(scan.plan().sampled, 128u);
    EXPECT_LT(scan.plan().candidates, 12'000u);
    EXPECT_GE(recall(scan, data, queries), wanted) << scan.plan().candidates;
    EXPECT_GE(recall(scan, data, {rows.data(), 100, 96, 96}), wanted);
  }
}

TEST(QuantizedScan, GivesTheProductsOfTheFullVectorsInOrder) {
  const auto rows = clustered(2'000, 40, 1);
  // Rows with a gap between them, as the files of an index have.
  std::vector<float> spaced(2'000 * 48);
  for (std::size_t i = 0; i < 2'000; ++i) std::copy_n(rows.data() + i * 40, 40, spaced.data() + i * 48);
  const VectorMatrix data{spaced.data(), 2'000, 40, 48};
  const QuantizedScan scan(data, {.recall = .9, .exact_below = 100});
  ASSERT_FALSE(scan.plan().exact);
  for (std::uint32_t q = 0; q < 20; ++q) {
    const auto found = scan.nearest(data.row(q), 7);
    ASSERT_EQ(found.size(), 7u);
    EXPECT_TRUE(std::ranges::is_sorted(found, nearer));
    EXPECT_EQ(found.front().row, q);
    for (const Neighbour& one : found) EXPECT_NEAR(one.product, product(data.row(q), data.row(one.row)), 1e-5);
  }
}

TEST(QuantizedScan, IsExactWhereCodesWouldNotPay) {
  const auto rows = clustered(300, 24, 1);
  const VectorMatrix data = matrix(rows, 24);
  const auto expect_exact = [&](const QuantizedScanOptions& options, const VectorMatrix& matrix) {
    const QuantizedScan scan(matrix, options);
    EXPECT_TRUE(scan.plan().exact);
    EXPECT_EQ(scan.plan().recall, 1);
    EXPECT_EQ(scan.one_bit_bytes() + scan.int8_bytes(), 0u);
    const auto found = scan.nearest(data.row(5), 3);
    EXPECT_EQ(found, exact_nearest(matrix, {data.row(5).data(), 1, 24, 24}, 3).front());
  };
  expect_exact({}, data);
  expect_exact({.recall = 1, .exact_below = 0}, data);
  expect_exact({.recall = .99, .k = 5'000, .exact_below = 0}, data);
  expect_exact({}, {rows.data(), 1, 24, 24});
}

// Nothing but equal rows, zeros, and one row a million times as long as the others.
TEST(QuantizedScan, LivesWithRowsThatNoModelGives) {
  std::vector<float> rows(3'000 * 32, .5F);
  std::fill(rows.begin(), rows.begin() + 32'000, 0.0F);
  std::fill(rows.begin() + 64'000, rows.begin() + 64'032, 5e5F);
  std::fill(rows.begin() + 64'032, rows.begin() + 64'064, 1e-42F);
  const VectorMatrix data = matrix(rows, 32);
  const QuantizedScan scan(data, {.recall = .9, .exact_below = 0});
  const std::vector<float> query(32, 1.0F);
  const auto found = scan.nearest(query, 10);
  ASSERT_EQ(found.size(), 10u);
  EXPECT_EQ(found.front(), (Neighbour{2'000, 1.6e7F}));
  EXPECT_EQ(found[1].product, 16);
  EXPECT_EQ(scan.nearest(std::vector<float>(32, 0.0F), 10).size(), 10u);
}

}  // namespace
}  // namespace kindling
