// Every vector as one bit a dimension and one factor: what a scan reads.
//
// RaBitQ (Gao and Long 2024, arXiv:2405.12497). Of a vector o in a list with centre c the rest r = o - c is
// rotated at random, r' = P r, and kept as the signs of r'. With x the vector of these signs, <o, q> is
// estimated by <c, q> + <x, P q> * <r, r> / <x, r'>: unbiased over rotations, with an error that falls with the
// square root of the dimensions and grows with the length of r. The factor <r, r> / <x, r'> is kept in 16 bits;
// so a vector of d dimensions is d / 8 + 2 bytes. Where there are no lists, c is zero: taking the mean off
// found no more (docs/vectors.md).
//
// The paper quantises the query to 4 bits a dimension; here it is quantised to 6 bits for each of the 16 sums
// that four dimensions can give, which is finer and what the kernel looks up (base/simd/codes.h).
//
// Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/simd/codes.h"
#include "index/vectors/aligned_array.h"

namespace kindling {

// Writes the code of one vector as row `row` of a block.
//   rotated: [multiple of 16], finite   planes: [rotated.size() / 8][code_block_rows]   factors:
//   [code_block_rows]
void encode_one_bit(std::span<const float> rotated, std::size_t row, std::uint8_t* planes,
                    std::uint16_t* factors);

// The query as tables. Entry n of a table stands for the sum of its four numbers, each with the sign that its
// bit in n says, counted from the smallest such sum in steps that are the same for all tables.
class OneBitTables {
 public:
  explicit OneBitTables(std::span<const float> rotated);

  // With an offset of zero; borrows the tables.
  [[nodiscard]] const OneBitQuery& query() const { return query_; }

 private:
  void fill(std::span<const float> four, float magnitude, std::span<std::uint8_t> table) const;

  AlignedArray<std::uint8_t> tables_;
  OneBitQuery query_;
};

}  // namespace kindling
