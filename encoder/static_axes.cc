#include "encoder/static_axes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.h"

namespace kindling {
namespace {

constexpr int steps_max = 60;  // of QL for one eigenvalue; three are usual

// The matrix as transform * (diagonal, beside) * transform^T; the rows of `transform` become the axes.
struct ThreeDiagonals {
  std::size_t size;
  std::vector<double> transform;  // [size][size] row-major
  std::vector<double> diagonal;   // [size]
  std::vector<double> beside;     // [size]; beside[i] stands between i and i + 1, the last is 0

  double* row(std::size_t i) { return transform.data() + i * size; }
};

// Mirrors rows and columns below k so that only one number is left beside the diagonal there.
void reflect(std::vector<double>& matrix, std::size_t size, std::size_t k, ThreeDiagonals& out) {
  std::vector<double> mirror(size), image(size);
  double length = 0;
  for (std::size_t i = k + 1; i < size; ++i) length += matrix[i * size + k] * matrix[i * size + k];
  length = std::sqrt(length);
  const double first = matrix[(k + 1) * size + k];
  const double target = first > 0 ? -length : length;
  out.beside[k] = target;
  for (std::size_t i = k + 1; i < size; ++i) mirror[i] = matrix[i * size + k];
  mirror[k + 1] -= target;
  double square = 0;
  for (std::size_t i = k + 1; i < size; ++i) square += mirror[i] * mirror[i];
  if (square <= std::numeric_limits<double>::min()) return;  // there is nothing to mirror
  const double scale = 2 / square;

  double along = 0;
  for (std::size_t i = k + 1; i < size; ++i) {
    double sum = 0;
    for (std::size_t j = k + 1; j < size; ++j) sum += matrix[i * size + j] * mirror[j];
    image[i] = scale * sum;
    along += image[i] * mirror[i];
  }
  for (std::size_t i = k + 1; i < size; ++i) image[i] -= scale / 2 * along * mirror[i];
  for (std::size_t i = k + 1; i < size; ++i) {
    for (std::size_t j = k + 1; j < size; ++j)
      matrix[i * size + j] -= mirror[i] * image[j] + image[i] * mirror[j];
  }
  // The axes are the rows of the transform: mirrored from the left.
  std::vector<double> sums(size);
  for (std::size_t i = k + 1; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) sums[j] += mirror[i] * out.row(i)[j];
  }
  for (std::size_t i = k + 1; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) out.row(i)[j] -= scale * mirror[i] * sums[j];
  }
}

ThreeDiagonals reduce(std::vector<double> matrix, std::size_t size) {
  ThreeDiagonals out{size, std::vector<double>(size * size), std::vector<double>(size),
                     std::vector<double>(size)};
  for (std::size_t i = 0; i < size; ++i) out.row(i)[i] = 1;
  for (std::size_t k = 0; k + 2 < size; ++k) reflect(matrix, size, k, out);
  for (std::size_t i = 0; i < size; ++i) out.diagonal[i] = matrix[i * size + i];
  if (size > 1) out.beside[size - 2] = matrix[(size - 1) * size + size - 2];
  return out;
}

void rotate(double* a, double* b, std::size_t size, double cosine, double sine) {
  for (std::size_t j = 0; j < size; ++j) {
    const double kept = b[j];
    b[j] = sine * a[j] + cosine * kept;
    a[j] = cosine * a[j] - sine * kept;
  }
}

// Where the block that begins at `begin` ends: the first number beside the diagonal that is nothing to its
// neighbours.
std::size_t block_end(const ThreeDiagonals& t, std::size_t begin) {
  std::size_t end = begin;
  for (; end + 1 < t.size; ++end) {
    const double near = std::abs(t.diagonal[end]) + std::abs(t.diagonal[end + 1]);
    if (std::abs(t.beside[end]) <= std::numeric_limits<double>::epsilon() * near) break;
  }
  return end;
}

// One QL step over the block [begin, end], shifted by the eigenvalue of its upper corner that is nearer.
void ql_step(ThreeDiagonals& t, std::size_t begin, std::size_t end) {
  double g = (t.diagonal[begin + 1] - t.diagonal[begin]) / (2 * t.beside[begin]);
  double r = std::hypot(g, 1.);
  g = t.diagonal[end] - t.diagonal[begin] + t.beside[begin] / (g + std::copysign(r, g));
  double sine = 1, cosine = 1, moved = 0;
  for (std::size_t i = end; i-- > begin;) {
    const double f = sine * t.beside[i];
    const double b = cosine * t.beside[i];
    r = std::hypot(f, g);
    t.beside[i + 1] = r;
    if (r == 0) {  // the block falls apart here
      t.diagonal[i + 1] -= moved;
      t.beside[end] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = t.diagonal[i + 1] - moved;
    r = (t.diagonal[i] - g) * sine + 2 * cosine * b;
    moved = sine * r;
    t.diagonal[i + 1] = g + moved;
    g = cosine * r - b;
    rotate(t.row(i), t.row(i + 1), t.size, cosine, sine);
  }
  t.diagonal[begin] -= moved;
  t.beside[begin] = g;
  t.beside[end] = 0;
}

bool diagonalise(ThreeDiagonals& t) {
  for (std::size_t begin = 0; begin < t.size; ++begin) {
    for (int steps = 0;; ++steps) {
      const std::size_t end = block_end(t, begin);
      if (end == begin) break;
      if (steps == steps_max) return false;
      ql_step(t, begin, end);
    }
  }
  return true;
}

}  // namespace

Result<PrincipalAxes> principal_axes(std::span<const double> matrix, std::size_t size) {
  KINDLING_CHECK(matrix.size() == size * size);
  std::vector<double> whole(matrix.begin(), matrix.end());
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < i; ++j) whole[j * size + i] = whole[i * size + j];
  }
  if (!std::ranges::all_of(whole, [](double value) { return std::isfinite(value); }))
    return Error{ErrorCode::malformed, "", "a covariance is not a finite number", ""};
  ThreeDiagonals t = reduce(std::move(whole), size);
  if (!diagonalise(t)) return Error{ErrorCode::malformed, "", "no principal axes were found", ""};

  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return t.diagonal[a] > t.diagonal[b]; });
  PrincipalAxes result{size, std::vector<double>(size), std::vector<double>(size * size)};
  for (std::size_t i = 0; i < size; ++i) {
    const double* axis = t.row(order[i]);
    const double* largest =
        std::max_element(axis, axis + size, [](double a, double b) { return std::abs(a) < std::abs(b); });
    const double sign = *largest < 0 ? -1 : 1;
    result.values[i] = t.diagonal[order[i]];
    for (std::size_t j = 0; j < size; ++j) result.axes[i * size + j] = sign * axis[j];
  }
  return result;
}

}  // namespace kindling
