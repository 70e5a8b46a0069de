// The inner loops of products in eight bits (multiply_int8.cc): weights of one block with a panel of columns,
// by the instructions that there are. Included once per target, as tile-inl.h.
#include <hwy/highway.h>

#include "base/simd/dispatch.h"

#if defined(KINDLING_BASE_SIMD_MULTIPLY_INT8_TILES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDLING_BASE_SIMD_MULTIPLY_INT8_TILES_INL_H_
#undef KINDLING_BASE_SIMD_MULTIPLY_INT8_TILES_INL_H_
#else
#define KINDLING_BASE_SIMD_MULTIPLY_INT8_TILES_INL_H_
#endif

#include "base/simd/panel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace {

using I32 = hn::ScalableTag<int32_t>;
using VI32 = hn::Vec<I32>;

// One panel: [steps][columns] of 32 bits, each four bytes of one column, by `zeros` too large.
struct Panel {
  const uint32_t* data;
  size_t steps, columns;
  const float* scales;               // [columns]
  const int32_t* zeros;              // [columns], what stands for nothing
  const uint32_t* spread = nullptr;  // of few columns, multiply_int8_spread-inl.h
  size_t spread_columns = 0;
};

using Sums = BlockSums<int32_t>;

// The tiles' loops over rows and vectors are unrolled by order: left to itself GCC 12 keeps the sums in memory,
// which costs two thirds of the speed.

#if HWY_TARGET == HWY_AVX3

// Weights are fetched this many words before they are used.
constexpr size_t kFetchAhead = 1024;

bool HasVnni() { return __builtin_cpu_supports("avx512vnni") != 0; }

// The library at hand has no operation for vpdpbusd, hence the compiler's own. A function apart, because it is
// compiled for one instruction more than the code around it.
template <size_t kVectors>
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"), noinline)) void ByteTile(
    const int32_t* HWY_RESTRICT weights, const Panel& panel, size_t column, Sums& out) {
  const size_t columns = panel.columns;
  const uint32_t* HWY_RESTRICT at = panel.data + column;
  __m512i sums[kTileRows][kVectors];
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) sums[r][v] = _mm512_setzero_si512();
  }
  for (size_t step = 0; step < panel.steps; ++step) {
    _mm_prefetch(weights + kFetchAhead, _MM_HINT_T0);
    __m512i a[kVectors];
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) a[v] = _mm512_load_si512(at + v * 16);
#pragma GCC unroll 8
    for (size_t r = 0; r < kTileRows; ++r) {
      const __m512i b = _mm512_set1_epi32(weights[r]);
#pragma GCC unroll 8
      for (size_t v = 0; v < kVectors; ++v) sums[r][v] = _mm512_dpbusd_epi32(sums[r][v], a[v], b);
    }
    weights += kTileRows;
    at += columns;
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) _mm512_store_si512(out.at[r] + column + v * 16, sums[r][v]);
  }
}

#elif HWY_TARGET == HWY_AVX2

// Processors without AVX-512 may have its instruction for bytes by another name.
bool HasVnni() { return simd_target() == SimdTarget::avx2_vnni; }

template <size_t kVectors>
__attribute__((target("avx2,fma,avxvnni"), noinline)) void ByteTile(const int32_t* HWY_RESTRICT weights,
                                                                    const Panel& panel, size_t column,
                                                                    Sums& out) {
  const size_t columns = panel.columns;
  const uint32_t* HWY_RESTRICT at = panel.data + column;
  __m256i sums[kTileRows][kVectors];
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) sums[r][v] = _mm256_setzero_si256();
  }
  for (size_t step = 0; step < panel.steps; ++step) {
    __m256i a[kVectors];
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      a[v] = _mm256_load_si256(reinterpret_cast<const __m256i*>(at + v * 8));
    }
#pragma GCC unroll 8
    for (size_t r = 0; r < kTileRows; ++r) {
      const __m256i b = _mm256_set1_epi32(weights[r]);
#pragma GCC unroll 8
      for (size_t v = 0; v < kVectors; ++v) sums[r][v] = _mm256_dpbusd_avx_epi32(sums[r][v], a[v], b);
    }
    weights += kTileRows;
    at += columns;
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      _mm256_store_si256(reinterpret_cast<__m256i*>(out.at[r] + column + v * 8), sums[r][v]);
    }
  }
}

#else

bool HasVnni() { return false; }

// The byte of each lane that begins at bit kAt.
template <int kAt>
HWY_INLINE VI32 UnsignedByte(VI32 x) {
  return hn::And(hn::ShiftRight<kAt>(x), hn::Set(I32(), 255));
}
template <int kAt>
HWY_INLINE VI32 SignedByte(VI32 x) {
  return hn::ShiftRight<24>(hn::ShiftLeft<24 - kAt>(x));
}

// Right everywhere and nowhere fast.
template <size_t kVectors>
void ByteTile(const int32_t* HWY_RESTRICT weights, const Panel& panel, size_t column, Sums& out) {
  const I32 d;
  const size_t lanes = hn::Lanes(d);
  const uint32_t* HWY_RESTRICT at = panel.data + column;
  VI32 sums[kTileRows][kVectors];
  for (size_t r = 0; r < kTileRows; ++r) {
    for (size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(d);
  }
  for (size_t step = 0; step < panel.steps; ++step, weights += kTileRows, at += panel.columns) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      const VI32 a = hn::BitCast(d, hn::Load(hn::ScalableTag<uint32_t>(), at + v * lanes));
      const VI32 a0 = UnsignedByte<0>(a), a1 = UnsignedByte<8>(a), a2 = UnsignedByte<16>(a),
                 a3 = UnsignedByte<24>(a);
#pragma GCC unroll 8
      for (size_t r = 0; r < kTileRows; ++r) {
        const VI32 b = hn::Set(d, weights[r]);
        const VI32 low = hn::Add(hn::Mul(a0, SignedByte<0>(b)), hn::Mul(a1, SignedByte<8>(b)));
        const VI32 high = hn::Add(hn::Mul(a2, SignedByte<16>(b)), hn::Mul(a3, SignedByte<24>(b)));
        sums[r][v] = hn::Add(sums[r][v], hn::Add(low, high));
      }
    }
  }
  for (size_t r = 0; r < kTileRows; ++r) {
    for (size_t v = 0; v < kVectors; ++v) hn::Store(sums[r][v], d, out.at[r] + column + v * lanes);
  }
}

#endif

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();
#endif
