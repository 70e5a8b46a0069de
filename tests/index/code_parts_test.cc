// What vector codes are made of: the rotation, one-bit estimates, int8 bounds, the training of lists.
#include <gtest/gtest.h>

#include <limits>

#include "index/vectors/exact_pass.h"
#include "index/vectors/int8_codes.h"
#include "index/vectors/list_training.h"
#include "index/vectors/one_bit_codes.h"
#include "index/vectors/rotation.h"
#include "tests/index/clustered_rows.h"

namespace kindling {
namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

TEST(Rotation, KeepsProductsAndSpreadsWhatIsInOnePlace) {
  for (const std::uint32_t dimensions : {1u, 15u, 16u, 17u, 100u, 256u, 384u, 768u, 8192u}) {
    const Rotation rotation(dimensions);
    ASSERT_EQ(rotation.padded() % 16, 0u);
    Numbers numbers(dimensions);
    const auto a = numbers.vector(dimensions), b = numbers.vector(dimensions);
    std::vector<float> ra(rotation.padded()), rb(rotation.padded());
    rotation.rotate(a, ra);
    rotation.rotate(b, rb);
    EXPECT_NEAR(exact_product(ra, rb), exact_product(a, b), 1e-4 * dimensions) << dimensions;
    EXPECT_NEAR(exact_product(ra, ra), exact_product(a, a), 1e-4 * dimensions) << dimensions;
  }
  std::vector<float> one(384), out(384);
  one[17] = 1;
  Rotation(384).rotate(one, out);
  EXPECT_LT(std::abs(*std::ranges::max_element(out, {}, [](float x) { return std::abs(x); })), .4F);
}

// Estimates of the products of a query with all rows, by codes of one list without a centre.
std::vector<CodeHit> estimates(const VectorMatrix& data, std::span<const float> query) {
  const Rotation rotation(data.dimensions);
  const std::size_t bytes = rotation.padded() / 8, blocks = (data.count + 63) / 64;
  AlignedArray<std::uint8_t> planes(blocks * bytes * 64);
  AlignedArray<std::uint16_t> factors(blocks * 64);
  std::fill(factors.span().begin(), factors.span().end(), code_no_factor);
  std::vector<float> rotated(rotation.padded());
  for (std::uint32_t row = 0; row < data.count; ++row) {
    rotation.rotate(data.row(row), rotated);
    encode_one_bit(rotated, row % 64, planes.data() + row / 64 * bytes * 64, factors.data() + row / 64 * 64);
  }
  rotation.rotate(query, rotated);
  const OneBitTables tables(rotated);
  std::vector<CodeHit> hits(blocks * 64);
  std::size_t found = 0;
  scan_one_bit(tables.query(), {planes.data(), factors.data(), bytes}, 0, blocks,
               -std::numeric_limits<float>::infinity(), hits, found);
  hits.resize(found);
  return hits;
}

// The estimate is a random variable; its error falls with the root of the dimensions (the paper's theorem 3.2).
TEST(OneBitCodes, EstimatesAreUnbiasedAndAsCloseAsThePaperSays) {
  on_every_target([] {
    for (const std::uint32_t dimensions : {64u, 100u, 384u, 1024u}) {
      const auto rows = clustered_rows(200, dimensions, 11);
      const VectorMatrix data = matrix_of_rows(rows, dimensions);
      double error = 0, squares = 0;
      std::size_t count = 0;
      for (std::uint32_t q = 0; q < 200; q += 20) {
        const auto found = estimates(data, data.row(q));
        ASSERT_EQ(found.size(), 200u);
        for (const CodeHit& one : found) {
          if (one.row == q) continue;
          const double off = one.estimate - exact_product(data.row(q), data.row(one.row));
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

TEST(Int8Codes, AreWithinTheErrorThatTheySay) {
  on_every_target([] {
    for (const std::uint32_t dimensions : {1u, 63u, 64u, 384u, 1000u}) {
      auto rows = clustered_rows(60, dimensions, 3);
      for (std::uint32_t d = 0; d < dimensions; ++d) rows[d] *= 1e4F;  // lengths differ
      const VectorMatrix data = matrix_of_rows(rows, dimensions);
      const std::uint32_t stride = int8_stride(dimensions);
      std::vector<std::int8_t> codes(60 * stride);
      std::vector<Int8Scale> scales;
      for (std::uint32_t i = 0; i < 60; ++i)
        scales.push_back(encode_int8(data.row(i), std::span(codes).subspan(i * stride, stride)));
      std::vector<std::uint32_t> which(60);
      std::iota(which.rbegin(), which.rend(), 0U);
      std::vector<float> products(60);
      for (std::uint32_t q = 0; q < 60; q += 7) {
        const Int8Query query(data.row(q), stride);
        query.products({codes.data(), scales.data(), 60, stride}, which, products);
        for (std::size_t i = 0; i < 60; ++i) {
          const double truth = exact_product(data.row(q), data.row(which[i]));
          const float error = query.error(scales[which[i]]);
          ASSERT_LE(std::abs(products[i] - truth), error) << dimensions;
          if (q > 0 && which[i] > 0) {
            EXPECT_LT(error, .03F) << dimensions;
          }
        }
      }
    }
  });
}

TEST(Int8Codes, HaveNoProductWhereThereIsNoVector) {
  std::vector<float> row = {1, not_a_number, 2};
  std::vector<std::int8_t> code(64, 9);
  const Int8Scale scale = encode_int8(row, code);
  EXPECT_TRUE(std::isnan(scale.lost));
  EXPECT_EQ(std::ranges::count(code, 0), 64);
  std::vector<float> product(1);
  Int8Query(std::vector<float>{1, 2, 3}, 64)
      .products({code.data(), &scale, 1, 64}, std::vector<std::uint32_t>{0}, product);
  EXPECT_TRUE(std::isnan(product[0]));
}

TEST(ExactPass, FindsByCodesWhatItFindsInFull) {
  on_every_target([] {
    auto rows = clustered_rows(3'000, 48, 8);
    std::fill(rows.begin() + 48 * 100, rows.begin() + 48 * 110, not_a_number);
    const VectorMatrix data = matrix_of_rows(rows, 48);
    std::vector<std::int8_t> codes(3'000 * 64);
    std::vector<Int8Scale> scales;
    for (std::uint32_t i = 0; i < 3'000; ++i)
      scales.push_back(encode_int8(data.row(i), std::span(codes).subspan(i * std::size_t{64}, 64)));
    const Int8Rows int8{codes.data(), scales.data(), 3'000, 64};
    std::vector<std::uint64_t> some(40, 0x8000'0000'0010'0001);  // short: rows past 2,560 are not in it
    for (const RowSet& allowed : {RowSet(), RowSet(some, 120), RowSet({}, 0)}) {
      for (const std::size_t k : {1u, 10u, 200u, 5'000u}) {
        for (std::uint32_t q = 0; q < 90; q += 30) {
          const auto expected =
              exact_nearest(data, {data.row(q).data(), 1, 48, 48}, std::min<std::size_t>(k, 3'000), 1, allowed)
                  .front();
          ASSERT_EQ(exact_pass(data, data.row(q), k, allowed), expected) << k;
          ASSERT_EQ(exact_pass(data, int8, data.row(q), k, allowed), expected) << k;
        }
      }
    }
  });
}

TEST(ListTraining, PutsRowsWhereTheyAreNearestOnAnyNumberOfThreads) {
  auto rows = clustered_rows(4'000, 40, 2);
  std::fill(rows.begin() + 400, rows.begin() + 440, not_a_number);
  const VectorMatrix data = matrix_of_rows(rows, 40);
  const auto centres = train_centres(data, 50, 1);
  EXPECT_EQ(train_centres(data, 50, 4), centres);
  const auto list_of = nearest_centres(data, centres, 1, 1);
  EXPECT_EQ(nearest_centres(data, centres, 1, 4), list_of);
  EXPECT_EQ(list_of[10], no_list);
  // Several: the same first, none twice, no nearer one left out.
  const auto several = nearest_centres(data, centres, 6, 3);
  for (std::uint32_t row = 0; row < data.count; ++row) {
    const auto lists = std::span(several).subspan(row * std::size_t{6}, 6);
    ASSERT_EQ(lists.front(), list_of[row]);
    if (row == 10) continue;
    std::vector<double> products(50);
    for (std::size_t c = 0; c < 50; ++c)
      products[c] = exact_product(data.row(row), std::span(centres).subspan(c * 40, 40));
    for (std::size_t i = 0; i < 6; ++i) {
      ASSERT_EQ(std::ranges::count(lists, lists[i]), 1);
      ASSERT_LE(std::ranges::count_if(products, [&](double p) { return p > products[lists[i]] + 1e-5; }), i);
    }
  }
  EXPECT_EQ(nearest_centres(data, std::vector<float>(centres.begin(), centres.begin() + 80), 6, 1)[2], no_list);
  double total = 0;
  for (std::uint32_t row = 0; row < data.count; ++row) {
    if (row == 10) continue;
    ASSERT_LT(list_of[row], 50u);
    double best = -2;
    for (std::size_t c = 0; c < 50; ++c)
      best = std::max(best, exact_product(data.row(row), std::span(centres).subspan(c * 40, 40)));
    const double own =
        exact_product(data.row(row), std::span(centres).subspan(list_of[row] * std::size_t{40}, 40));
    ASSERT_NEAR(own, best, 1e-5);
    total += own;
  }
  // Rows of one matter lie at .5 of each other, of several at 0; 50 rows as centres, untrained, give .4.
  EXPECT_GT(total / data.count, .5);
}

}  // namespace
}  // namespace kindling
