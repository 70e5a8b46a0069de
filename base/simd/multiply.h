// Products of a network's weights with its activations (columns.h): out = weights * in, for all tokens at once.
//
// Single precision; every sum runs in the order of the input features, so that a column's result is the same
// bits whatever columns stand beside it. Thread-safe; each call works on its caller's thread.
#pragma once

#include <span>

#include "base/simd/columns.h"

namespace kindling {

// What is done with each product before it is stored.
enum class Epilogue {
  store,  // out = weights * in + bias
  gelu,   // out = gelu(weights * in + bias), the exact form (transform.h)
  add,    // out += weights * in + bias: the residual connection
};

// A linear layer as model files hold it: `weights` is [outputs][inputs] row-major, `bias` [outputs].
struct Linear {
  std::span<const float> weights;
  std::span<const float> bias;

  [[nodiscard]] std::size_t outputs() const { return bias.size(); }
  [[nodiscard]] std::size_t inputs() const { return weights.size() / bias.size(); }
};

// Requires: in.features == inputs, out.features == outputs, in.count == out.count, both aligned(), not
// overlapping; an add reads the idle columns of `out`.
void multiply(const Linear& layer, const Columns& in, const Columns& out, Epilogue epilogue);

}  // namespace kindling
