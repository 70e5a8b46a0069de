// Attention as its definition says, in double precision: the twin of the kernels, and what they work on.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "base/simd/columns.h"
#include "tests/encoder/on_every_target.h"

namespace kindling {

// `gain`: of the distance from a query to a key.
template <typename Gain>
[[nodiscard]] std::vector<double> naive_attention(const Columns& queries, const Columns& keys,
                                                  const Columns& values, double scale, std::size_t query,
                                                  Gain gain) {
  std::vector<double> weights(keys.count);
  for (std::size_t j = 0; j < keys.count; ++j) {
    double score = gain(static_cast<std::ptrdiff_t>(query) - static_cast<std::ptrdiff_t>(j));
    for (std::size_t f = 0; f < keys.features; ++f)
      score += double{queries.feature(f)[query]} * double{keys.feature(f)[j]};
    weights[j] = scale * score;
  }
  const double largest = *std::ranges::max_element(weights);
  double sum = 0;
  for (double& weight : weights) sum += weight = std::exp(weight - largest);
  std::vector<double> out(values.features);
  for (std::size_t f = 0; f < values.features; ++f) {
    for (std::size_t j = 0; j < keys.count; ++j) out[f] += weights[j] / sum * double{values.feature(f)[j]};
  }
  return out;
}

// A text of `count` tokens that begins at column `begin` of a block.
struct Block {
  ColumnBuffer queries_memory, keys_memory, values_memory, out_memory;
  Columns queries, keys, values, out;

  Block(std::size_t features, std::size_t begin, std::size_t count, float factor, Numbers& numbers) {
    const auto shape = [&](ColumnBuffer& memory) {
      Columns whole = memory.shape(features, begin + count + 5);
      numbers.fill(whole);
      return Columns{whole.data + begin, features, count, whole.stride};
    };
    queries = shape(queries_memory);
    keys = shape(keys_memory);
    values = shape(values_memory);
    out = shape(out_memory);
    for (std::size_t f = 0; f < features; ++f) {
      for (std::size_t c = 0; c < count; ++c) queries.feature(f)[c] *= factor;
    }
  }
};

}  // namespace kindling
