#include "index/vectors/one_bit_codes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace kindling {
namespace {

constexpr std::size_t group = 4;             // dimensions that one lookup answers
constexpr std::size_t entries = 1 << group;  // of its table

// The upper half, rounded: three digits, while the estimate itself has one or two.
std::uint16_t upper_half(float value) {
  return static_cast<std::uint16_t>((std::bit_cast<std::uint32_t>(value) + 0x8000U) >> 16);
}

// <r, r> / <x, r'>; lengths are taken after the rotation, which keeps them.
float factor_of(std::span<const float> rotated) {
  float squares = 0, signs = 0;
  for (const float value : rotated) {
    squares += value * value;
    signs += std::abs(value);
  }
  return signs > 0 ? squares / signs : 0;
}

// Below it a number counts as none: the reciprocal of a step stays finite.
constexpr float smallest_number = 1e-30F;
constexpr auto most_steps = static_cast<std::int32_t>(code_entry_max);

// Of each of the four numbers in each entry.
constexpr auto entry_signs = [] {
  std::array<std::array<float, entries>, group> signs{};
  for (std::size_t bit = 0; bit < group; ++bit) {
    for (std::size_t n = 0; n < entries; ++n) signs[bit][n] = (n >> bit & 1U) != 0 ? 1 : -1;
  }
  return signs;
}();

float magnitude_of(std::span<const float> values) {
  float sum = 0;
  for (const float value : values) sum += std::abs(value);
  return sum;
}

}  // namespace

void encode_one_bit(std::span<const float> rotated, std::size_t row, std::uint8_t* planes,
                    std::uint16_t* factors) {
  for (std::size_t p = 0; p < rotated.size() / 8; ++p) {
    unsigned byte = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) byte |= unsigned{rotated[8 * p + bit] > 0} << bit;
    planes[p * code_block_rows + row] = static_cast<std::uint8_t>(byte);
  }
  factors[code_factor_slot(row)] = upper_half(factor_of(rotated));
}

OneBitTables::OneBitTables(std::span<const float> rotated) : tables_(rotated.size() / group * entries) {
  const std::size_t groups = rotated.size() / group;
  float widest = 0;
  for (std::size_t g = 0; g < groups; ++g) {
    const float magnitude = magnitude_of(rotated.subspan(g * group, group));
    widest = std::max(widest, magnitude);
    query_.base -= magnitude;
  }
  const auto entry_max = static_cast<float>(std::min(code_entry_max, 65'535 / groups));
  query_.step = widest > smallest_number ? 2 * widest / entry_max : 1;
  for (std::size_t g = 0; g < groups; ++g) {
    const auto four = rotated.subspan(g * group, group);
    fill(four, magnitude_of(four), tables_.span().subspan(g * entries, entries));
  }
  query_.tables = tables_.data();
}

void OneBitTables::fill(std::span<const float> four, float magnitude, std::span<std::uint8_t> table) const {
  // Without branches and calls, so that the compiler can use vectors.
  const float scale = 1 / query_.step;
  std::array<float, entries> sums;
  sums.fill(magnitude);
  for (std::size_t bit = 0; bit < group; ++bit) {
    for (std::size_t n = 0; n < entries; ++n) sums[n] += four[bit] * entry_signs[bit][n];
  }
  // No sum is far below zero or above the largest; rounding alone may bring it out of bounds.
  std::array<std::int32_t, entries> steps;
  for (std::size_t n = 0; n < entries; ++n) steps[n] = static_cast<std::int32_t>(sums[n] * scale + .5F);
  for (std::size_t n = 0; n < entries; ++n) {
    const std::int32_t step = steps[n] < most_steps ? steps[n] : most_steps;
    table[n] = static_cast<std::uint8_t>(step > 0 ? step : 0);
  }
}

}  // namespace kindling
