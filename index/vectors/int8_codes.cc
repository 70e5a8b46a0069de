#include "index/vectors/int8_codes.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/parallel.h"
#include "base/simd/codes.h"

namespace kindling {
namespace {

constexpr std::uint32_t rows_at_once = 1024;
constexpr float largest = 127;

std::uint32_t stride_of(std::uint32_t dimensions) {
  constexpr std::uint32_t multiple = int8_row_multiple;
  return (dimensions + multiple - 1) / multiple * multiple;
}

// 1 for a row of zeros, or of what is none beside the smallest number whose reciprocal is finite.
float scale_of(std::span<const float> row) {
  float most = 0;
  for (const float value : row) most = std::max(most, std::abs(value));
  return most > 1e-30F ? most / largest : 1;
}

// Rounded to nearest, ties away from zero: without a call, so that the compiler can use vectors. The bounds
// hold what the division of tiny numbers may bring.
template <typename T>
T quantised(float value, float scale) {
  const float steps = std::clamp(value / scale, -largest, largest);
  return static_cast<T>(static_cast<std::int32_t>(steps + (steps < 0 ? -.5F : .5F)));
}

}  // namespace

Int8Codes::Int8Codes(const VectorMatrix& data, unsigned threads)
    : dimensions_(data.dimensions),
      stride_(stride_of(data.dimensions)),
      codes_(std::size_t{data.count} * stride_),
      scales_(data.count) {
  parallel_for((data.count + rows_at_once - 1) / rows_at_once, threads, [&](std::size_t share) {
    const auto first = static_cast<std::uint32_t>(share) * rows_at_once;
    const std::uint32_t end = first + std::min(rows_at_once, data.count - first);
    for (std::uint32_t row = first; row < end; ++row) encode_row(data, row);
  });
}

void Int8Codes::encode_row(const VectorMatrix& data, std::uint32_t row) {
  const auto values = data.row(row);
  const float scale = scale_of(values);
  std::int8_t* codes = codes_.data() + std::size_t{row} * stride_;
  for (std::size_t d = 0; d < values.size(); ++d) codes[d] = quantised<std::int8_t>(values[d], scale);
  scales_.data()[row] = scale;
}

void Int8Codes::score(std::span<const float> query, std::span<Neighbour> among) const {
  KINDLING_CHECK(query.size() == dimensions_);
  const float scale = scale_of(query);
  std::vector<std::int16_t> codes(stride_);
  for (std::size_t d = 0; d < query.size(); ++d) codes[d] = quantised<std::int16_t>(query[d], scale);
  std::vector<std::uint32_t> which(among.size());
  std::vector<std::int32_t> products(among.size());
  for (std::size_t i = 0; i < among.size(); ++i) which[i] = among[i].row;
  int8_products(codes, codes_.data(), which, products);
  for (std::size_t i = 0; i < among.size(); ++i)
    among[i].product = static_cast<float>(products[i]) * scale * scales_.data()[among[i].row];
}

}  // namespace kindling
