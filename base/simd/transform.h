// What a network does to its activations (columns.h) between two products: activation and normalisation.
//
// Thread-safe; each call works on its caller's thread. No column's result depends on the columns beside it.
#pragma once

#include <span>

#include "base/simd/columns.h"

namespace kindling {

// x -> x/2 (1 + erf(x / sqrt 2)), the exact form that BERT uses (Hendrycks and Gimpel, 1606.08415). Absolute
// error at most 1e-6 up to |x| = 8, relative error 1e-6 beyond.
void gelu(std::span<float> values);

// The function of a gated layer (Shazeer, 2002.05202).
enum class Gate {
  gelu,  // GeGLU, of the exact form above
  silu,  // SwiGLU: x -> x / (1 + exp(-x))
};

// values = gate(values) * factors.
// Requires: one shape; both aligned(), not overlapping.
void apply_gate(const Columns& values, const Columns& factors, Gate gate);

// Rotary positions (Su et al., 2104.09864) of one head of one text, in place: features f and f + features / 2
// are turned by the angle of (f, position), and column c stands at position c.
// `columns` may begin at any column of a block and nothing past its count is touched.
// Requires: an even number of features; cosines and sines of half as many features and at least
// round_up_columns(count) columns, aligned().
void rotate_positions(const Columns& columns, const Columns& cosines, const Columns& sines);

// Layer normalisation (Ba et al., 1607.06450) of each column of `in`:
//   x -> (x - mean) / sqrt(variance + epsilon) * weight + bias, the variance that of a population.
// Requires: one shape, weight and bias of in.features numbers; both aligned(). `out` may be `in`.
void normalize_layer(const Columns& in, std::span<const float> weight, std::span<const float> bias,
                     float epsilon, const Columns& out);

// means[f] = mean of feature f over all columns. Requires: means.size() == columns.features, columns.count > 0.
// `columns` may begin at any column of a block.
void average_columns(const Columns& columns, std::span<float> means);

}  // namespace kindling
