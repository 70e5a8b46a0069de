// Products in eight bits of few columns, as one short text has (multiply_int8.cc). Included once per target, as
// tile-inl.h.
//
// A word of the panel then meets few words of weights for each word that is loaded. So these are taken the
// other way round: a register holds two steps of a block's weights as they lie, and for each column there is
// one with the two words that they meet, each eight times over.
#include <hwy/highway.h>

#if defined(KINDLING_BASE_SIMD_MULTIPLY_INT8_SPREAD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDLING_BASE_SIMD_MULTIPLY_INT8_SPREAD_INL_H_
#undef KINDLING_BASE_SIMD_MULTIPLY_INT8_SPREAD_INL_H_
#else
#define KINDLING_BASE_SIMD_MULTIPLY_INT8_SPREAD_INL_H_
#endif

#include "base/simd/multiply_int8_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_AVX3

constexpr size_t kSpreadColumns = 12;  // at most; a multiple of four
constexpr size_t kSpreadAhead = 2048;  // words

size_t SpreadWords(size_t steps) { return (steps + 1) / 2 * kSpreadColumns * 16; }

// [steps / 2][columns][16]; an odd last step has zeros beside it.
__attribute__((target("avx512f"))) void SpreadColumns(const Panel& panel, size_t columns,
                                                      uint32_t* HWY_RESTRICT to) {
  for (size_t step = 0; step < panel.steps; step += 2) {
    const uint32_t* from = panel.data + step * panel.columns;
    const __mmask16 both = step + 1 < panel.steps ? 0xff00 : 0;
    for (size_t c = 0; c < columns; ++c, to += 16) {
      const __m512i first = _mm512_maskz_set1_epi32(0x00ff, static_cast<int>(from[c]));
      const size_t next = both != 0 ? panel.columns + c : c;
      _mm512_store_si512(to, _mm512_mask_set1_epi32(first, both, static_cast<int>(from[next])));
    }
  }
}

#define KINDLING_SPREAD __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))

// The sums of both steps together, of two columns side by side.
KINDLING_SPREAD inline __attribute__((always_inline)) __m512i TwoColumns(__m512i first, __m512i second) {
  return _mm512_add_epi32(_mm512_shuffle_i32x4(first, second, 0x44), _mm512_shuffle_i32x4(first, second, 0xee));
}

// Rows of four columns; row r of out[r].
KINDLING_SPREAD inline __attribute__((always_inline)) void StoreRows(__m512i left, __m512i right, Sums& out,
                                                                     size_t column) {
  const __m512i order = _mm512_setr_epi32(0, 8, 16, 24, 1, 9, 17, 25, 2, 10, 18, 26, 3, 11, 19, 27);
  const __m512i lower = _mm512_permutex2var_epi32(left, order, right);
  const __m512i upper = _mm512_permutex2var_epi32(left, _mm512_add_epi32(order, _mm512_set1_epi32(4)), right);
  _mm_store_si128(reinterpret_cast<__m128i*>(out.at[0] + column), _mm512_extracti32x4_epi32(lower, 0));
  _mm_store_si128(reinterpret_cast<__m128i*>(out.at[1] + column), _mm512_extracti32x4_epi32(lower, 1));
  _mm_store_si128(reinterpret_cast<__m128i*>(out.at[2] + column), _mm512_extracti32x4_epi32(lower, 2));
  _mm_store_si128(reinterpret_cast<__m128i*>(out.at[3] + column), _mm512_extracti32x4_epi32(lower, 3));
  _mm_store_si128(reinterpret_cast<__m128i*>(out.at[4] + column), _mm512_extracti32x4_epi32(upper, 0));
  _mm_store_si128(reinterpret_cast<__m128i*>(out.at[5] + column), _mm512_extracti32x4_epi32(upper, 1));
  _mm_store_si128(reinterpret_cast<__m128i*>(out.at[6] + column), _mm512_extracti32x4_epi32(upper, 2));
  _mm_store_si128(reinterpret_cast<__m128i*>(out.at[7] + column), _mm512_extracti32x4_epi32(upper, 3));
}

template <size_t kColumns>
KINDLING_SPREAD __attribute__((noinline)) void SpreadTile(const int32_t* HWY_RESTRICT weights,
                                                          const Panel& panel, Sums& out) {
  static_assert(kTileRows == 8 && kColumns % 4 == 0 && kColumns <= kSpreadColumns);
  const uint32_t* HWY_RESTRICT at = panel.spread;
  __m512i sums[kColumns];
#pragma GCC unroll 16
  for (size_t c = 0; c < kColumns; ++c) sums[c] = _mm512_setzero_si512();
  for (size_t pair = 0; pair < panel.steps / 2; ++pair) {
    _mm_prefetch(weights + kSpreadAhead, _MM_HINT_T0);
    const __m512i b = _mm512_loadu_si512(weights);
#pragma GCC unroll 16
    for (size_t c = 0; c < kColumns; ++c) {
      sums[c] = _mm512_dpbusd_epi32(sums[c], _mm512_load_si512(at + c * 16), b);
    }
    weights += 16;
    at += kColumns * 16;
  }
  if (panel.steps % 2 != 0) {
    const __m512i b = _mm512_maskz_loadu_epi32(0x00ff, weights);
#pragma GCC unroll 16
    for (size_t c = 0; c < kColumns; ++c) {
      sums[c] = _mm512_dpbusd_epi32(sums[c], _mm512_load_si512(at + c * 16), b);
    }
  }
#pragma GCC unroll 16
  for (size_t c = 0; c < kColumns; c += 4) {
    StoreRows(TwoColumns(sums[c], sums[c + 1]), TwoColumns(sums[c + 2], sums[c + 3]), out, c);
  }
}

void SpreadBlock(const int32_t* weights, const Panel& panel, Sums& out) {
  if (panel.spread_columns == 4) SpreadTile<4>(weights, panel, out);
  if (panel.spread_columns == 8) SpreadTile<8>(weights, panel, out);
  if (panel.spread_columns == 12) SpreadTile<12>(weights, panel, out);
}

#else

// Few columns are nothing special here.
constexpr size_t kSpreadColumns = 0;
constexpr size_t SpreadWords(size_t) { return 0; }
void SpreadColumns(const Panel&, size_t, uint32_t*) {}
void SpreadBlock(const int32_t*, const Panel&, Sums&) {
  HWY_ABORT("columns are spread only with AVX-512 VNNI");
}

#endif

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();
#endif
