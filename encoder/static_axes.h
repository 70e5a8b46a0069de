// Principal axes: the directions in which a cloud of vectors is spread widest, widest first.
//
// The eigenvectors of a symmetric matrix by Householder's reduction to three diagonals and QL steps with
// implicit shifts (Golub and Van Loan, Matrix Computations, chapter 8), in double precision. About 4 n^3
// operations: half a second for n = 384. Deterministic; the sign of an axis is chosen so that its largest
// component is positive. Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"

namespace kindling {

struct PrincipalAxes {
  std::size_t size = 0;
  std::vector<double> values;  // [size] eigenvalues, largest first
  std::vector<double> axes;    // [size][size] row-major: one axis of length 1 a row

  [[nodiscard]] std::span<const double> axis(std::size_t i) const { return {axes.data() + i * size, size}; }
};

// `matrix`: [size][size], symmetric; only its lower triangle is read.
// Errors: `malformed` if a number is not finite, or no end is found (which finite numbers do not do).
[[nodiscard]] Result<PrincipalAxes> principal_axes(std::span<const double> matrix, std::size_t size);

}  // namespace kindling
