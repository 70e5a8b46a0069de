// Every vector as eight bits a dimension and a scale: what candidates are ranked by before their vectors are
// read.
//
// A row is divided by its scale, its largest number over 127, and rounded. The product of two such rows is a
// sum of whole numbers, exact, times both scales. A vector of d dimensions is d bytes, rounded up to a multiple
// of 64 so that a row is whole cache lines, and 4.
//
// Immutable; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/vectors/aligned_array.h"
#include "index/vectors/nearest.h"

namespace kindling {

class Int8Codes {
 public:
  // Reads the rows once. `threads`: as in parallel_for.
  explicit Int8Codes(const VectorMatrix& data, unsigned threads = 1);

  // Replaces each product by that of the codes.   query: [dimensions]   among: rows in any order
  void score(std::span<const float> query, std::span<Neighbour> among) const;

  [[nodiscard]] std::size_t bytes() const { return codes_.bytes() + scales_.bytes(); }

 private:
  void encode_row(const VectorMatrix& data, std::uint32_t row);

  std::uint32_t dimensions_, stride_;
  AlignedArray<std::int8_t> codes_;  // [rows][stride], zeros past `dimensions`
  AlignedArray<float> scales_;       // [rows]
};

}  // namespace kindling
