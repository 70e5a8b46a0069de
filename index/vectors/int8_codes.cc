#include "index/vectors/int8_codes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "base/simd/codes.h"

namespace kindling {
namespace {

constexpr float largest = 127;
constexpr std::size_t rows_at_once = 256;
// Of a float32 sum of products in the worst order, as a share of both lengths; generous.
constexpr float rounding = 1e-5F;

// The sum of term(d) over the dimensions, in lanes, so that the compiler can use vectors: in one order only it
// may not.
template <typename Term>
float summed(std::size_t dimensions, Term term) {
  constexpr std::size_t lanes = 16;
  std::array<float, lanes> sums{};
  std::size_t d = 0;
  for (; d + lanes <= dimensions; d += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += term(d + lane);
  }
  for (; d < dimensions; ++d) sums[d % lanes] += term(d);
  return std::accumulate(sums.begin(), sums.end(), 0.0F);
}

// 1 for a row of zeros, or of what is none beside the smallest number whose reciprocal is finite.
float scale_of(std::span<const float> row, float steps) {
  constexpr std::size_t lanes = 16;
  std::array<float, lanes> most{};
  const auto larger = [&](std::size_t lane, float value) {
    const float size = std::abs(value);
    most[lane] = most[lane] < size ? size : most[lane];
  };
  std::size_t d = 0;
  for (; d + lanes <= row.size(); d += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) larger(lane, row[d + lane]);
  }
  for (; d < row.size(); ++d) larger(0, row[d]);
  const float largest_of_row = *std::ranges::max_element(most);
  return largest_of_row > 1e-30F ? largest_of_row / steps : 1;
}

// Rounded to nearest, ties away from zero: without a call, so that the compiler can use vectors. The bounds
// hold what the division of tiny numbers may bring.
template <typename T>
T quantised(float value, float scale, float bound) {
  const float steps = std::clamp(value / scale, -bound, bound);
  return static_cast<T>(static_cast<std::int32_t>(steps + (steps < 0 ? -.5F : .5F)));
}

bool holds_nan(std::span<const float> row) {
  return std::isnan(summed(row.size(), [&](std::size_t d) { return row[d] * 0; }));
}

template <typename T>
float lost_length(std::span<const float> row, const T* code, float scale) {
  return std::sqrt(summed(row.size(), [&](std::size_t d) {
    const float rest = row[d] - scale * static_cast<float>(code[d]);
    return rest * rest;
  }));
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
  for (std::size_t d = 0; d < query.size(); ++d) codes_[d] = quantised<std::int16_t>(query[d], scale_, bound);
  length_ =
      std::sqrt(summed(query.size(), [&](std::size_t d) { return query[d] * query[d]; })) * (1 + rounding);
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
