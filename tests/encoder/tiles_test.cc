// The model of the processor's tiles against the manual's words, and the processor's against the model.
#include "base/simd/tiles.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <random>
#include <vector>

#include "base/simd/software_tiles.h"

namespace kindling {
namespace {

TileShapes shapes_of(std::initializer_list<std::pair<int, int>> rows_and_bytes) {
  TileShapes shapes;
  std::size_t tile = 0;
  for (const auto& [rows, bytes] : rows_and_bytes) {
    shapes.rows[tile] = static_cast<std::uint8_t>(rows);
    shapes.row_bytes[tile++] = static_cast<std::uint16_t>(bytes);
  }
  return shapes;
}

std::vector<std::uint8_t> bytes(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> made(count);
  for (auto& byte : made) byte = static_cast<std::uint8_t>(random());
  return made;
}

TEST(SoftwareTiles, LoadAndStoreAsManyRowsAndBytesAsAreConfigured) {
  SoftwareTiles tiles;
  tiles.configure(shapes_of({{3, 8}}));
  const auto from = bytes(100, 1);
  tiles.load(0, from.data(), 20);
  std::vector<std::uint8_t> to(100, 7);
  tiles.store(0, to.data(), 30);
  for (std::size_t i = 0; i < to.size(); ++i) {
    const bool stored = i / 30 < 3 && i % 30 < 8;
    EXPECT_EQ(to[i], stored ? from[i / 30 * 20 + i % 30] : 7) << i;
  }
  tiles.zero(0);
  tiles.store(0, to.data(), 30);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(to[30 + i], 0);
  tiles.configure(shapes_of({{1, 4}, {1, 4}}));  // all become zero
  tiles.store(0, to.data(), 4);
  EXPECT_EQ(to[0], 0);
}

TEST(SoftwareTiles, MultiplySignedByUnsignedBytes) {
  SoftwareTiles tiles;
  tiles.configure(shapes_of({{2, 12}, {2, 20}, {5, 12}}));  // 2 x 20 by 20 x 3
  const auto left = bytes(40, 2), right = bytes(60, 3);
  std::int32_t sums[2][3] = {{1, -2, 2'147'483'647}, {0, 5, 6}}, before[2][3];
  std::memcpy(before, sums, sizeof sums);
  tiles.load(0, sums, 12);
  tiles.load(1, left.data(), 20);
  tiles.load(2, right.data(), 12);
  tiles.multiply_bytes(0, 1, 2);
  tiles.store(0, sums, 12);
  for (std::size_t m = 0; m < 2; ++m) {
    for (std::size_t n = 0; n < 3; ++n) {
      std::int64_t twin = before[m][n];
      for (std::size_t k = 0; k < 20; ++k)
        twin += int{static_cast<std::int8_t>(left[m * 20 + k])} * int{right[k / 4 * 12 + n * 4 + k % 4]};
      EXPECT_EQ(sums[m][n], static_cast<std::int32_t>(twin)) << m << n;  // and wraps
    }
  }
}

// Even and odd numbers are summed apart, then together, then onto what was there: visible where sums round.
TEST(SoftwareTiles, MultiplyBf16InTheManualsOrder) {
  SoftwareTiles tiles;
  tiles.configure(shapes_of({{1, 4}, {1, 8}, {2, 4}}));
  const auto brain = [](float x) { return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16); };
  const float small = 0x1p-24f;
  const std::uint16_t left[4] = {brain(1), brain(1), brain(1), brain(1)};
  const std::uint16_t right[4] = {brain(1), brain(small), brain(-1), brain(small)};
  float sum = 1;
  tiles.load(0, &sum, 4);
  tiles.load(1, left, 8);
  tiles.load(2, right, 4);
  tiles.multiply_bf16(0, 1, 2);
  tiles.store(0, &sum, 4);
  EXPECT_EQ(sum, 1 + 0x1p-23f);  // one by one onto 1 the small ones would have been lost
}

TEST(SoftwareTiles, SubnormalNumbersAreZeros) {
  SoftwareTiles tiles;
  tiles.configure(shapes_of({{1, 4}, {1, 4}, {1, 4}}));
  const std::uint16_t left[2] = {0x0001, 0x3f80}, right[2] = {0x7f00, 0x0040};
  float sum = 0;
  tiles.load(0, &sum, 4);
  tiles.load(1, left, 4);
  tiles.load(2, right, 4);
  tiles.multiply_bf16(0, 1, 2);
  tiles.store(0, &sum, 4);
  EXPECT_EQ(sum, 0.0f);
}

// A whole block through the loops, on the model and, where there are tiles, on the processor.
TEST(Tiles, MultiplyABlockOfEightBits) {
  constexpr std::size_t steps = 48, columns = 48, stride = 64;
  for (const bool native : {false, true}) {
    if (native && !tiles_are_native()) continue;
    const auto weights = bytes(tile_block_rows * steps * 4, 4), panel = bytes(steps * columns * 4, 5);
    std::vector<std::int32_t> words(weights.size() / 4), sums(tile_block_rows * stride, -1);
    std::vector<std::uint32_t> panel_words(panel.size() / 4);
    std::memcpy(words.data(), weights.data(), weights.size());
    std::memcpy(panel_words.data(), panel.data(), panel.size());
    TileSession session(native);
    session.multiply_int8({words.data(), panel_words.data(), steps, columns, sums.data(), stride});
    for (std::size_t row = 0; row < tile_block_rows; ++row) {
      for (std::size_t column = 0; column < columns; ++column) {
        int twin = 0;
        for (std::size_t k = 0; k < steps * 4; ++k) {
          const std::size_t step = k / 4;
          const std::size_t word = (step / 16 * tile_block_rows + row) * 16 + step % 16;
          twin += int{static_cast<std::int8_t>(weights[word * 4 + k % 4])} *
                  int{panel[(step * columns + column) * 4 + k % 4]};
        }
        ASSERT_EQ(sums[row * stride + column], twin) << row << ", " << column;
      }
      for (std::size_t column = columns; column < stride; ++column) ASSERT_EQ(sums[row * stride + column], -1);
    }
  }
}

}  // namespace
}  // namespace kindling
