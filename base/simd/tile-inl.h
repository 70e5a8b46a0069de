// The inner loop of all matrix products: a tile of rows x (vectors of columns) kept in registers.
//
// Highway includes this once per target, hence no #pragma once (see "skeleton-inl.h" of Highway's examples).
#include <hwy/highway.h>

#if defined(KINDLING_BASE_SIMD_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDLING_BASE_SIMD_TILE_INL_H_
#undef KINDLING_BASE_SIMD_TILE_INL_H_
#else
#define KINDLING_BASE_SIMD_TILE_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::ScalableTag<float>;
using V32 = hn::Vec<F32>;

// 32 registers hold 8 x 3 sums beside what they are made of; 16 registers hold 4 x 3.
#if HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON
inline constexpr size_t kTileRows = 8;
#else
inline constexpr size_t kTileRows = 4;
#endif
inline constexpr size_t kTileVectors = 3;

// The left factor, read one number at a time: element (row, k) lies at data[row * row_step + k * step].
struct Left {
  const float* HWY_RESTRICT data;
  size_t row_step;
  size_t step;
};

// The right factor, read in vectors: row k starts at data + k * step.
struct Right {
  const float* HWY_RESTRICT data;
  size_t step;
};

// sums[row][v] += left(row, k) * right(k, v) for all k < depth, in that order.
template <size_t kRows, size_t kVectors>
HWY_INLINE void MultiplyAdd(const Left& left, const Right& right, size_t depth, V32 (&sums)[kRows][kVectors]) {
  const F32 d;
  const size_t lanes = hn::Lanes(d);
  const float* HWY_RESTRICT a = left.data;
  const float* HWY_RESTRICT b = right.data;
  const size_t a_row = left.row_step;
  const size_t a_step = left.step;
  const size_t b_step = right.step;
  for (size_t k = 0; k < depth; ++k) {
    V32 column[kVectors];
    for (size_t v = 0; v < kVectors; ++v) column[v] = hn::LoadU(d, b + v * lanes);
    for (size_t row = 0; row < kRows; ++row) {
      const V32 factor = hn::Set(d, a[row * a_row]);
      for (size_t v = 0; v < kVectors; ++v) sums[row][v] = hn::MulAdd(factor, column[v], sums[row][v]);
    }
    a += a_step;
    b += b_step;
  }
}

template <size_t kRows, size_t kVectors>
HWY_INLINE void SetZero(V32 (&sums)[kRows][kVectors]) {
  for (size_t row = 0; row < kRows; ++row) {
    for (size_t v = 0; v < kVectors; ++v) sums[row][v] = hn::Zero(F32());
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();
#endif
