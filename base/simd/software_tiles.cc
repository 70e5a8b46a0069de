#include "base/simd/software_tiles.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "base/check.h"

namespace kindling {
namespace {

constexpr std::size_t word_bytes = 4;

template <typename T>
T read(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// Subnormal numbers are zeros to these instructions, going in and coming out.
float without_subnormal(float value) {
  return std::fpclassify(value) == FP_SUBNORMAL ? std::copysign(0.0f, value) : value;
}

float bf16_at(const std::uint8_t* at) {
  return without_subnormal(std::bit_cast<float>(std::uint32_t{read<std::uint16_t>(at)} << 16));
}

}  // namespace

void SoftwareTiles::configure(const TileShapes& shapes) {
  KINDLING_CHECK(shapes.palette <= 1 && shapes.start_row == 0);
  for (std::size_t i = 0; i < std::size(tiles_); ++i) {
    KINDLING_CHECK(shapes.rows[i] <= rows_max && shapes.row_bytes[i] <= bytes_max);
    tiles_[i] = Tile{.rows = shapes.rows[i], .row_bytes = shapes.row_bytes[i]};
  }
}

void SoftwareTiles::zero(unsigned tile) { std::memset(tiles_[tile].bytes, 0, sizeof tiles_[tile].bytes); }

void SoftwareTiles::load(unsigned tile, const void* from, std::size_t row_step) {
  zero(tile);
  Tile& to = tiles_[tile];
  const auto* bytes = static_cast<const std::uint8_t*>(from);
  for (std::size_t row = 0; row < to.rows; ++row)
    std::memcpy(to.bytes[row], bytes + row * row_step, to.row_bytes);
}

void SoftwareTiles::store(unsigned tile, void* to, std::size_t row_step) const {
  const Tile& from = tiles_[tile];
  auto* bytes = static_cast<std::uint8_t*>(to);
  for (std::size_t row = 0; row < from.rows; ++row)
    std::memcpy(bytes + row * row_step, from.bytes[row], from.row_bytes);
}

void SoftwareTiles::multiply_bytes(unsigned to, unsigned signed_bytes, unsigned unsigned_bytes) {
  Tile& sums = tiles_[to];
  const Tile &left = tiles_[signed_bytes], &right = tiles_[unsigned_bytes];
  KINDLING_CHECK(left.row_bytes / word_bytes <= right.rows && left.rows == sums.rows &&
                 right.row_bytes == sums.row_bytes);
  for (std::size_t m = 0; m < sums.rows; ++m) {
    for (std::size_t k = 0; k < left.row_bytes / word_bytes; ++k) {
      for (std::size_t n = 0; n < sums.row_bytes / word_bytes; ++n) {
        std::uint8_t* at = sums.bytes[m] + n * word_bytes;
        auto sum = read<std::uint32_t>(at);  // wraps
        for (std::size_t i = 0; i < word_bytes; ++i) {
          const int a = static_cast<std::int8_t>(left.bytes[m][k * word_bytes + i]);
          sum += static_cast<std::uint32_t>(a * int{right.bytes[k][n * word_bytes + i]});
        }
        std::memcpy(at, &sum, sizeof sum);
      }
    }
  }
}

void SoftwareTiles::multiply_bf16(unsigned to, unsigned left_tile, unsigned right_tile) {
  Tile& sums = tiles_[to];
  const Tile &left = tiles_[left_tile], &right = tiles_[right_tile];
  KINDLING_CHECK(left.row_bytes / word_bytes <= right.rows && left.rows == sums.rows &&
                 right.row_bytes == sums.row_bytes);
  for (std::size_t m = 0; m < sums.rows; ++m) {
    for (std::size_t n = 0; n < sums.row_bytes / word_bytes; ++n) {
      float parts[2] = {};  // of the even and of the odd numbers
      for (std::size_t k = 0; k < left.row_bytes / word_bytes; ++k) {
        for (std::size_t i = 0; i < 2; ++i) {
          const float a = bf16_at(left.bytes[m] + k * word_bytes + 2 * i);
          const float b = bf16_at(right.bytes[k] + n * word_bytes + 2 * i);
          parts[i] = without_subnormal(std::fma(a, b, parts[i]));
        }
      }
      std::uint8_t* at = sums.bytes[m] + n * word_bytes;
      const float sum = without_subnormal(read<float>(at) + without_subnormal(parts[0] + parts[1]));
      std::memcpy(at, &sum, sizeof sum);
    }
  }
}

}  // namespace kindling
