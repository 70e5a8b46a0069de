#include "index/vectors/one_bit_codes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/parallel.h"
#include "base/simd/codes.h"

namespace kindling {
namespace {

constexpr std::size_t group = 4;             // dimensions that one lookup answers
constexpr std::size_t entries = 1 << group;  // of its table
constexpr std::size_t blocks_at_once = 16;

std::size_t blocks_of(std::size_t rows) { return (rows + code_block_rows - 1) / code_block_rows; }

// The upper half, rounded: three digits, while the estimate itself has one or two.
std::uint16_t upper_half(float value) {
  return static_cast<std::uint16_t>((std::bit_cast<std::uint32_t>(value) + 0x8000U) >> 16);
}

// <o, o> / <x, o'>; lengths are taken after the rotation, which keeps them.
float factor_of(std::span<const float> rotated) {
  float squares = 0, signs = 0;
  for (const float value : rotated) {
    squares += value * value;
    signs += std::abs(value);
  }
  return signs > 0 ? squares / signs : 0;
}

// The query as tables. Entry n of a table stands for the sum of its four numbers, each with the sign that its
// bit in n says, counted from the smallest such sum in steps that are the same for all tables.
struct QueryTables {
  explicit QueryTables(std::span<const float> rotated) : tables(rotated.size() / group * entries) {
    const std::size_t groups = rotated.size() / group;
    const auto magnitude = [&](std::size_t g) {
      float sum = 0;
      for (const float value : rotated.subspan(g * group, group)) sum += std::abs(value);
      return sum;
    };
    float widest = 0;
    for (std::size_t g = 0; g < groups; ++g) {
      widest = std::max(widest, magnitude(g));
      query.base -= magnitude(g);
    }
    const auto entry_max = static_cast<float>(std::min(code_entry_max, 65'535 / groups));
    query.step = widest > 0 ? 2 * widest / entry_max : 1;
    for (std::size_t g = 0; g < groups; ++g) {
      fill_table(rotated.subspan(g * group, group), magnitude(g), tables.span().subspan(g * entries, entries));
    }
    query.tables = tables.data();
  }

  void fill_table(std::span<const float> four, float magnitude, std::span<std::uint8_t> table) const {
    for (std::size_t n = 0; n < entries; ++n) {
      float sum = magnitude;
      for (std::size_t bit = 0; bit < group; ++bit) sum += (n >> bit & 1U) != 0 ? four[bit] : -four[bit];
      table[n] = static_cast<std::uint8_t>(std::lround(std::max(0.0F, sum) / query.step));
    }
  }

  AlignedArray<std::uint8_t> tables;
  OneBitQuery query;
};

bool larger(const CodeHit& a, const CodeHit& b) {
  return a.estimate > b.estimate || (a.estimate == b.estimate && a.row < b.row);
}

}  // namespace

OneBitCodes::OneBitCodes(const VectorMatrix& data, unsigned threads)
    : rotation_(data.dimensions),
      rows_(data.count),
      planes_(blocks_of(data.count) * (rotation_.padded() / 8) * code_block_rows),
      factors_(blocks_of(data.count) * code_block_rows) {
  const std::size_t blocks = blocks_of(rows_);
  parallel_for((blocks + blocks_at_once - 1) / blocks_at_once, threads, [&](std::size_t share) {
    const std::size_t end = std::min(blocks, (share + 1) * blocks_at_once);
    for (std::size_t block = share * blocks_at_once; block < end; ++block) encode_block(data, block);
  });
}

void OneBitCodes::encode_block(const VectorMatrix& data, std::size_t block) {
  const std::size_t bytes = rotation_.padded() / 8;
  std::uint8_t* planes = planes_.data() + block * bytes * code_block_rows;
  std::vector<float> rotated(rotation_.padded());
  const std::size_t rows = std::min(code_block_rows, rows_ - block * code_block_rows);
  for (std::size_t row = 0; row < rows; ++row) {
    rotation_.rotate(data.row(static_cast<std::uint32_t>(block * code_block_rows + row)), rotated);
    for (std::size_t p = 0; p < bytes; ++p) {
      unsigned byte = 0;
      for (std::size_t bit = 0; bit < 8; ++bit) byte |= unsigned{rotated[8 * p + bit] > 0} << bit;
      planes[p * code_block_rows + row] = static_cast<std::uint8_t>(byte);
    }
    factors_.data()[block * code_block_rows + code_factor_slot(row)] = upper_half(factor_of(rotated));
  }
}

std::vector<Neighbour> OneBitCodes::candidates(std::span<const float> query, std::size_t count) const {
  KINDLING_CHECK(count > 0);
  count = std::min<std::size_t>(count, rows_);
  std::vector<float> rotated(rotation_.padded());
  rotation_.rotate(query, rotated);
  const QueryTables tables(rotated);
  const OneBitBlocks blocks{planes_.data(), factors_.data(), rotation_.padded() / std::size_t{8}, rows_};

  // Filled to four times what is wanted, then cut: from then on only what beats the worst that was kept.
  std::vector<CodeHit> hits(4 * count + code_block_rows);
  float threshold = -std::numeric_limits<float>::infinity();
  std::size_t kept = 0;
  for (std::size_t block = 0; block < blocks.blocks();) {
    std::size_t found = 0;
    block = scan_one_bit(tables.query, blocks, block, threshold, std::span(hits).subspan(kept), found);
    kept += found;
    if (kept <= count) continue;
    const auto last = hits.begin() + static_cast<std::ptrdiff_t>(count - 1);
    std::nth_element(hits.begin(), last, hits.begin() + static_cast<std::ptrdiff_t>(kept), larger);
    threshold = last->estimate;
    kept = count;
  }
  std::vector<Neighbour> found(kept);
  for (std::size_t i = 0; i < kept; ++i) found[i] = {hits[i].row, hits[i].estimate};
  return found;
}

}  // namespace kindling
