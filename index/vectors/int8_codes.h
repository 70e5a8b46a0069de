// Every vector as eight bits a dimension and a scale: what candidates are ranked by before their vectors are
// read, and what says for certain which vectors need not be read.
//
// A row is divided by its scale, its largest number over 127, and rounded; of what that loses the length is
// kept. A query keeps about 15 bits a dimension. The product of the two is a sum of whole numbers, exact, times
// both scales, and the true product differs from it by no more than `int8_error` says (Cauchy and Schwarz).
//
// Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/vectors/nearest.h"

namespace kindling {

// Bytes of a code: the dimensions rounded up to whole cache lines.
[[nodiscard]] std::uint32_t int8_stride(std::uint32_t dimensions);

struct Int8Scale {
  float scale = 1;
  float lost = 0;  // length of the vector minus its code times the scale; NaN: no vector
};
static_assert(sizeof(Int8Scale) == 8);

// code: [>= vector.size()], zeros past the vector. A vector that holds a NaN has a code of zeros and a `lost`
// of NaN.
[[nodiscard]] Int8Scale encode_int8(std::span<const float> vector, std::span<std::int8_t> code);

// Codes of some rows; borrows.
struct Int8Rows {
  const std::int8_t* codes = nullptr;  // [count][stride]
  const Int8Scale* scales = nullptr;   // [count]
  std::uint32_t count = 0;
  std::uint32_t stride = 0;
};

class Int8Query {
 public:
  Int8Query(std::span<const float> query, std::uint32_t stride);

  // out[i]: product with row which[i], by the codes; NaN where `lost` or the scale is.
  // Requires: every which[i] < rows.count; rows.stride as above.
  void products(const Int8Rows& rows, std::span<const std::uint32_t> which, std::span<float> out) const;

  // How far the true product with a row of that scale can be from the one by codes, rounding included.
  [[nodiscard]] float error(const Int8Scale& row) const { return length_ * row.lost + slack_ * row.scale; }

 private:
  std::vector<std::int16_t> codes_;
  float scale_ = 1, length_ = 0, slack_ = 0;
};

}  // namespace kindling
