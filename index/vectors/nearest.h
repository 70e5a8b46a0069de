// The nearest vectors of a query by inner product, exactly: a pass over all of them.
//
// Pure; safe from any thread. Borrows the rows. Ties go to the lower row, so that results do not depend on how
// the work was cut.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "index/vectors/row_set.h"

namespace kindling {

// Rows in memory, or in a mapped file.
struct VectorMatrix {
  const float* rows = nullptr;  // [count][stride]
  std::uint32_t count = 0;
  std::uint32_t dimensions = 0;  // 1 to 8192
  std::uint32_t stride = 0;      // floats from one row to the next; >= dimensions

  [[nodiscard]] std::span<const float> row(std::uint32_t i) const {
    return {rows + std::size_t{i} * stride, dimensions};
  }
};

inline constexpr std::uint32_t vector_dimensions_max = 8192;

// A product that nothing falls short of: where rows of any product may be among the nearest.
inline constexpr float no_floor = -std::numeric_limits<float>::infinity();

struct Neighbour {
  std::uint32_t row = 0;
  float product = 0;
  friend bool operator==(const Neighbour&, const Neighbour&) = default;
};

// Whether `a` comes before `b` among neighbours. An object, so that sorting by it makes no calls.
inline constexpr auto nearer = [](const Neighbour& a, const Neighbour& b) {
  return a.product > b.product || (a.product == b.product && a.row < b.row);
};

// Leaves the `count` nearest of more than that, the furthest of them last, the others in no order. Requires:
// count > 0.
void cut_to_nearest(std::vector<Neighbour>& among, std::size_t count);
// Leaves the `count` nearest, nearest first.
void keep_nearest(std::vector<Neighbour>& among, std::size_t count);

// The k nearest of each query among the allowed rows, nearest first; fewer when there are fewer. A row that
// holds a NaN is never found. A block of rows is read once for all queries. Products of a few queries are those
// of inner_product to the last bit, of more they are rounded as a matrix product is.
//   queries: of the same dimensions   threads: as in parallel_for
[[nodiscard]] std::vector<std::vector<Neighbour>> exact_nearest(const VectorMatrix& data,
                                                                const VectorMatrix& queries, std::size_t k,
                                                                unsigned threads = 1,
                                                                const RowSet& allowed = {});

}  // namespace kindling
