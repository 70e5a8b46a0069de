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

// Layer normalisation (Ba et al., 1607.06450) of each column, in place:
//   x -> (x - mean) / sqrt(variance + epsilon) * weight + bias, the variance that of a population.
// Requires: weight and bias hold columns.features numbers; columns.aligned().
void normalize_layer(const Columns& columns, std::span<const float> weight, std::span<const float> bias,
                     float epsilon);

// means[f] = mean of feature f over all columns. Requires: means.size() == columns.features, columns.count > 0.
// `columns` may begin at any column of a block.
void average_columns(const Columns& columns, std::span<float> means);

}  // namespace kindling
