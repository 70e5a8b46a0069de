// Every vector as one bit a dimension and one factor: what a scan over all of them reads.
//
// RaBitQ (Gao and Long 2024, arXiv:2405.12497). The vector o is rotated at random, o' = P o, and kept as the
// signs of o'. With x the vector of these signs, <o, q> is estimated by <x, P q> * <o, o> / <x, o'>: unbiased
// over rotations, with an error that falls with the square root of the dimensions. The factor <o, o> / <x, o'>
// is kept in 16 bits; so a vector of d dimensions is d / 8 + 2 bytes. No mean is taken off first: it found no
// more (docs/retrieval.md), and what is added later fits what is there.
//
// The paper quantises the query to 4 bits a dimension; here it is quantised to 6 bits for each of the 16 sums
// that four dimensions can give, which is finer and what the kernel looks up (base/simd/codes.h).
//
// Immutable; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/vectors/aligned_array.h"
#include "index/vectors/nearest.h"
#include "index/vectors/rotation.h"

namespace kindling {

class OneBitCodes {
 public:
  // Reads the rows once. Rows need no length of one; a row of zeros is estimated as zero. `threads`: as in
  // parallel_for.
  explicit OneBitCodes(const VectorMatrix& data, unsigned threads = 1);

  // The `count` rows of the largest estimates, in no order, estimates as products; all when there are fewer.
  [[nodiscard]] std::vector<Neighbour> candidates(std::span<const float> query, std::size_t count) const;

  [[nodiscard]] std::size_t bytes() const { return planes_.bytes() + factors_.bytes(); }

 private:
  void encode_block(const VectorMatrix& data, std::size_t block);

  Rotation rotation_;
  std::uint32_t rows_;
  AlignedArray<std::uint8_t> planes_;    // as OneBitBlocks says
  AlignedArray<std::uint16_t> factors_;  // likewise
};

}  // namespace kindling
