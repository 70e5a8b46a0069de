#include "index/vectors/vector_costs.h"

#include <algorithm>
#include <array>
#include <limits>
#include <random>
#include <vector>

#include "base/check.h"
#include "base/env.h"
#include "base/simd/codes.h"
#include "index/vectors/int8_codes.h"
#include "index/vectors/one_bit_codes.h"
#include "index/vectors/rotation.h"

namespace kindling {
namespace {

// So much memory of each kind of code: more than the caches next to a processor hold.
constexpr std::size_t memory = 4U << 20U;
constexpr std::size_t gathered = 1'024;
constexpr int rounds = 3;

// Nanoseconds for each of `count`, the least of some rounds: other work only ever adds.
template <typename Work>
double least(std::size_t count, Work work) {
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < rounds; ++round) {
    const Stopwatch watch;
    work();
    best = std::min(best, watch.milliseconds() * 1e6 / static_cast<double>(count));
  }
  return std::max(best, .01);
}

std::vector<std::uint32_t> any_rows(std::size_t rows, std::size_t count) {
  std::mt19937 random(1);
  std::vector<std::uint32_t> which(count);
  for (std::uint32_t& one : which) one = static_cast<std::uint32_t>(random() % rows);
  return which;
}

double block_cost(std::span<const float> query) {
  const Rotation rotation(static_cast<std::uint32_t>(query.size()));
  std::vector<float> rotated(rotation.padded());
  rotation.rotate(query, rotated);
  const OneBitTables tables(rotated);
  const std::size_t bytes = rotated.size() / 8;
  const std::size_t blocks = std::max<std::size_t>(1, memory / (bytes * code_block_rows));
  const AlignedArray<std::uint8_t> planes(blocks * bytes * code_block_rows);
  const AlignedArray<std::uint16_t> factors(blocks * code_block_rows);
  std::array<CodeHit, code_block_rows> hits;
  return least(blocks, [&] {
    std::size_t found = 0;
    scan_one_bit(tables.query(), {planes.data(), factors.data(), bytes}, 0, blocks, 1, hits, found);
  });
}

double int8_cost(std::span<const float> query, bool in_order) {
  const std::uint32_t stride = int8_stride(static_cast<std::uint32_t>(query.size()));
  const std::size_t rows = std::max<std::size_t>(1, memory / stride);
  const AlignedArray<std::int8_t> codes(rows * stride);
  const std::vector<Int8Scale> scales(rows);
  auto which = any_rows(rows, gathered);
  if (in_order) std::ranges::sort(which);
  std::vector<float> products(which.size());
  const Int8Query asked(query, stride);
  const Int8Rows all{codes.data(), scales.data(), static_cast<std::uint32_t>(rows), stride};
  return least(which.size(), [&] { asked.products(all, which, products); });
}

double full_cost(std::span<const float> query) {
  const std::size_t rows = std::max<std::size_t>(1, 2 * memory / sizeof(float) / query.size());
  const std::vector<float> values(rows * query.size(), .1F);
  const auto which = any_rows(rows, gathered);
  std::vector<float> products(which.size());
  return least(which.size(), [&] { full_products(query, values.data(), query.size(), which, products); });
}

}  // namespace

VectorCosts measure_vector_costs(std::uint32_t dimensions) {
  KINDLING_CHECK(dimensions > 0);
  std::vector<float> query(dimensions);
  std::mt19937 random(2);
  for (float& value : query) value = static_cast<float>(random() % 2'001) / 1'000 - 1;
  VectorCosts costs;
  costs.dimensions = dimensions;
  costs.block = block_cost(query);
  costs.int8_row = int8_cost(query, false);
  costs.full_row = full_cost(query);
  costs.list = int8_cost(query, true);
  return costs;
}

}  // namespace kindling
