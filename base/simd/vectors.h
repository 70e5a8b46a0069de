// Inner products and lengths of plain vectors: what ranking by likeness of meaning comes down to.
//
// Single precision, unaligned, any length. Results differ between targets only by the order of the sums: by
// less than 1e-6 of the sum of the absolute products. Thread-safe; each call works on its caller's thread.
#pragma once

#include <cstddef>
#include <span>

namespace kindling {

// Requires: a.size() == b.size().
[[nodiscard]] float inner_product(std::span<const float> a, std::span<const float> b);

// out[i] = query . row i.   rows: [out.size()][query.size()], row-major.
void inner_products(std::span<const float> query, std::span<const float> rows, std::span<float> out);

// Divides by the Euclidean length, as sentence-transformers does: a zero vector stays zero (lengths below 1e-12
// count as 1e-12).
void normalize_l2(std::span<float> vector);

}  // namespace kindling
