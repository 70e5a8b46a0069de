#include "index/vectors/int8_codes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/simd/codes.h"

namespace kindling {
namespace {

constexpr float largest = 127;
constexpr std::size_t rows_at_once = 256;
// Of a float32 sum of products in the worst order, as a share of both lengths; generous.
constexpr float rounding = 1e-5F;

// 1 for a row of zeros, or of what is none beside the smallest number whose reciprocal is finite.
float scale_of(std::span<const float> row, float steps) {
  float most = 0;
  for (const float value : row) most = std::max(most, std::abs(value));
  return most > 1e-30F ? most / steps : 1;
}

// Rounded to nearest, ties away from zero: without a call, so that the compiler can use vectors. The bounds
// hold what the division of tiny numbers may bring.
template <typename T>
T quantised(float value, float scale, float bound) {
  const float steps = std::clamp(value / scale, -bound, bound);
  return static_cast<T>(static_cast<std::int32_t>(steps + (steps < 0 ? -.5F : .5F)));
}

bool holds_nan(std::span<const float> row) {
  float sum = 0;
  for (const float value : row) sum += value * 0;
  return std::isnan(sum);
}

template <typename T>
float lost_length(std::span<const float> row, const T* code, float scale) {
  float squares = 0;
  for (std::size_t d = 0; d < row.size(); ++d) {
    const float rest = row[d] - scale * static_cast<float>(code[d]);
    squares += rest * rest;
  }
  return std::sqrt(squares);
}

}  // namespace

std::uint32_t int8_stride(std::uint32_t dimensions) {
  constexpr std::uint32_t multiple = int8_row_multiple;
  return (dimensions + multiple - 1) / multiple * multiple;
}

Int8Scale encode_int8(std::span<const float> vector, std::span<std::int8_t> code) {
  KINDLING_CHECK(code.size() >= vector.size());
  std::fill(code.begin(), code.end(), std::int8_t{0});
  if (holds_nan(vector)) return {1, std::numeric_limits<float>::quiet_NaN()};
  const float scale = scale_of(vector, largest);
  for (std::size_t d = 0; d < vector.size(); ++d) code[d] = quantised<std::int8_t>(vector[d], scale, largest);
  return {scale, lost_length(vector, code.data(), scale) * (1 + rounding)};
}

Int8Query::Int8Query(std::span<const float> query, std::uint32_t stride) : codes_(stride) {
  KINDLING_CHECK(query.size() <= stride);
  const auto bound = static_cast<float>(int8_query_max(stride));
  scale_ = scale_of(query, bound);
  float squares = 0;
  for (std::size_t d = 0; d < query.size(); ++d) {
    codes_[d] = quantised<std::int16_t>(query[d], scale_, bound);
    squares += query[d] * query[d];
  }
  length_ = std::sqrt(squares) * (1 + rounding);
  // No code is longer than this many of its scale.
  const float longest = largest * std::sqrt(static_cast<float>(stride));
  slack_ = longest * (lost_length(query, codes_.data(), scale_) + rounding * length_);
}

void Int8Query::products(const Int8Rows& rows, std::span<const std::uint32_t> which,
                         std::span<float> out) const {
  KINDLING_CHECK(rows.stride == codes_.size() && which.size() == out.size());
  std::array<std::int32_t, rows_at_once> sums;
  for (std::size_t first = 0; first < which.size(); first += rows_at_once) {
    const std::size_t count = std::min(rows_at_once, which.size() - first);
    const auto some = which.subspan(first, count);
    int8_products(codes_, rows.codes, some, std::span(sums).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      const Int8Scale& row = rows.scales[some[i]];
      // A row without a vector has a `lost` of NaN, which makes its product one.
      out[first + i] = static_cast<float>(sums[i]) * (scale_ * row.scale) + 0 * row.lost;
    }
  }
}

}  // namespace kindling
