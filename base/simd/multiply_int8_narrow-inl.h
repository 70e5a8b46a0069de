// Products in eight bits without VNNI (multiply_int8.cc): `pmaddubsw` sums two products in 16 bits, where those
// of the next steps are added before they go on to 32. Weights of a narrow layout are small enough for that
// (multiply_int8.h). For as many products that is 5 instructions of x86-64 where 16-bit words take 8. Included
// once per target, as tile-inl.h.
#include <hwy/highway.h>

#include "base/simd/multiply_int8.h"

#if defined(KINDLING_BASE_SIMD_MULTIPLY_INT8_NARROW_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDLING_BASE_SIMD_MULTIPLY_INT8_NARROW_INL_H_
#undef KINDLING_BASE_SIMD_MULTIPLY_INT8_NARROW_INL_H_
#else
#define KINDLING_BASE_SIMD_MULTIPLY_INT8_NARROW_INL_H_
#endif

#include "base/simd/multiply_int8_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace {

#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR

// Sums of 16 bits need registers of their own before they are added, so 16 registers hold 4 x 2 sums, not 4
// x 3.
constexpr size_t kNarrowVectors = kTileRows == 8 ? 3 : 2;
constexpr size_t kNarrowSteps = int8_narrow_steps;

using I16 = hn::Repartition<int16_t, I32>;
using VI16 = hn::Vec<I16>;

// Sums of two products each, of bytes without a sign and with one.
HWY_INLINE VI16 MulBytes(VI32 a, VI32 b) {
#if HWY_TARGET == HWY_AVX3
  return VI16{_mm512_maddubs_epi16(a.raw, b.raw)};
#elif HWY_TARGET == HWY_AVX2
  return VI16{_mm256_maddubs_epi16(a.raw, b.raw)};
#else
  return VI16{_mm_maddubs_epi16(a.raw, b.raw)};
#endif
}

// Adds what kSteps steps give, summed in 16 bits first.
template <size_t kSteps, size_t kVectors>
HWY_INLINE void AddNarrow(const int32_t* HWY_RESTRICT weights, const uint32_t* HWY_RESTRICT at, size_t columns,
                          VI32 (&sums)[kTileRows][kVectors]) {
  const I32 d;
  const I16 narrow;
  const VI16 ones = hn::Set(narrow, 1);
  VI32 a[kSteps][kVectors];
#pragma GCC unroll 8
  for (size_t step = 0; step < kSteps; ++step) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      const auto bytes = hn::Load(hn::ScalableTag<uint32_t>(), at + step * columns + v * hn::Lanes(d));
      a[step][v] = hn::BitCast(d, bytes);
    }
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
    VI16 few[kVectors];
    const VI32 first = hn::Set(d, weights[r]);
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) few[v] = MulBytes(a[0][v], first);
#pragma GCC unroll 8
    for (size_t step = 1; step < kSteps; ++step) {
      const VI32 b = hn::Set(d, weights[step * kTileRows + r]);
#pragma GCC unroll 8
      for (size_t v = 0; v < kVectors; ++v) few[v] = hn::Add(few[v], MulBytes(a[step][v], b));
    }
    VI32 unused = hn::Zero(d);
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      sums[r][v] = hn::ReorderWidenMulAccumulate(d, few[v], ones, sums[r][v], unused);
    }
  }
}

template <size_t kVectors>
void NarrowTile(const int32_t* HWY_RESTRICT weights, const Panel& panel, size_t column, Sums& out) {
  const I32 d;
  const size_t lanes = hn::Lanes(d);
  const size_t columns = panel.columns;
  const uint32_t* HWY_RESTRICT at = panel.data + column;
  VI32 sums[kTileRows][kVectors];
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(d);
  }
  size_t step = 0;
  for (; step + kNarrowSteps <= panel.steps; step += kNarrowSteps) {
    AddNarrow<kNarrowSteps, kVectors>(weights, at, columns, sums);
    weights += kNarrowSteps * kTileRows;
    at += kNarrowSteps * columns;
  }
  for (; step < panel.steps; ++step) {
    AddNarrow<1, kVectors>(weights, at, columns, sums);
    weights += kTileRows;
    at += columns;
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) hn::Store(sums[r][v], d, out.at[r] + column + v * lanes);
  }
}

#else

// Small weights are as any others here.
constexpr size_t kNarrowVectors = kTileVectors;
template <size_t kVectors>
void NarrowTile(const int32_t* weights, const Panel& panel, size_t column, Sums& out) {
  ByteTile<kVectors>(weights, panel, column, out);
}

#endif

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();
#endif
