// Vectors for tests of nearest neighbours, and what is true of them by definition.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "index/vectors/nearest.h"
#include "tests/encoder/on_every_target.h"

namespace kindling {

// Rows of length one about some centres, as embeddings of texts on some matters are.
inline std::vector<float> clustered_rows(std::uint32_t count, std::uint32_t dimensions, unsigned seed,
                                         std::uint32_t matters = 50) {
  Numbers numbers(seed);
  const auto centres = numbers.vector(std::size_t{matters} * dimensions);
  std::vector<float> rows;
  rows.reserve(std::size_t{count} * dimensions);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t first = rows.size();
    const float* centre = centres.data() + std::size_t{i * 7919 % matters} * dimensions;
    for (std::uint32_t d = 0; d < dimensions; ++d) rows.push_back(centre[d] + numbers.next());
    const std::span row(rows.data() + first, dimensions);
    const float length = std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0F));
    for (float& value : row) value /= length;
  }
  return rows;
}

inline VectorMatrix matrix_of_rows(const std::vector<float>& rows, std::uint32_t dimensions) {
  return {rows.data(), static_cast<std::uint32_t>(rows.size() / dimensions), dimensions, dimensions};
}

inline double exact_product(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * double{b[i]};
  return sum;
}

}  // namespace kindling
