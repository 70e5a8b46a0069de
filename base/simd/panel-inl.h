// What products of packed weights share whatever their numbers: panels of columns, and what is left to do with
// the sums of a block. Included once per target, as tile-inl.h.
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "base/simd/packed_linear.h"
#include "base/simd/tiles.h"

#if defined(KINDLING_BASE_SIMD_PANEL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDLING_BASE_SIMD_PANEL_INL_H_
#undef KINDLING_BASE_SIMD_PANEL_INL_H_
#else
#define KINDLING_BASE_SIMD_PANEL_INL_H_
#endif

#include "base/simd/tile-inl.h"
#include "base/simd/transform-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {

// Activations are converted a panel of columns at a time; all rows of the weights then pass by the panel. Three
// vectors of sixteen, or two pairs of tiles.
inline constexpr size_t kPanelColumns = 48;
inline constexpr size_t kPanelColumnsMost = 64;

HWY_INLINE size_t PanelColumns(const PackedLayout& layout) {
  return layout.together == 1 ? kPanelColumns : kPanelColumnsMost;
}

// sums[row][column] of one block: integers in eight bits, floats in bfloat16.
template <typename T>
struct BlockSums {
  T at[tile_block_rows][kPanelColumnsMost];
};

// Has the lines of a block of outputs at hand before its sums are ready: each row lies on another page.
HWY_INLINE void FetchBlock(const float* out, size_t stride, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; ++r, out += stride) {
    for (size_t c = 0; c < columns; c += column_group) hwy::Prefetch(out + c);
  }
}

// As Gelu (transform-inl.h), with an approximate quotient: what comes out is rounded anyway.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V QuickGelu(D d, V x) {
  const V half = hn::Mul(x, hn::Set(d, 0.5f));
  return hn::MulAdd(half, QuickErf(d, hn::Mul(x, hn::Set(d, 0.70710678118654752f))), half);
}

// A vector of finished values, with what the epilogue adds.
template <Epilogue kEpilogue>
HWY_INLINE void FinishVector(V32 value, float* HWY_RESTRICT out) {
  const F32 d;
  if (kEpilogue == Epilogue::gelu) value = QuickGelu(d, value);
  if (kEpilogue == Epilogue::add) value = hn::Add(value, hn::Load(d, out));
  hn::Store(value, d, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();
#endif
