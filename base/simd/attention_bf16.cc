#include "base/simd/attention_bf16.h"

#include "base/check.h"
#include "base/simd/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/simd/attention_bf16.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_AVX3

// As BrainTile in multiply_bf16.cc: the compiler's own intrinsics, compiled for one instruction more, loops
// unrolled by order so that the sums stay in registers.
#define KINDLING_BRAIN __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))
// A tile with the registers to itself.
#define KINDLING_BRAIN_TILE __attribute__((noinline)) KINDLING_BRAIN
#define KINDLING_BRAIN_INLINE inline __attribute__((always_inline)) KINDLING_BRAIN

constexpr size_t kLanes = 16, kRows = 8, kMostVectors = 3;
constexpr size_t kBlock = kMostVectors * kLanes;  // queries whose scores are kept at a time
static_assert(kBlock <= AttentionScratch::attention_block);

bool HasBrains() { return __builtin_cpu_supports("avx512bf16") != 0; }

constexpr size_t RoundUp(size_t number, size_t to) { return (number + to - 1) / to * to; }

// Words of 32 bits, each two bfloat16.
struct Words {
  uint32_t* data = nullptr;
  size_t stride = 0;
};

// What one head of one text is made into.
struct Brains {
  Words queries;  // [features / 2][tokens]: two features of a token
  Words keys;     // the same
  Words values;   // [features, rounded up to kRows][tokens / 2]: two tokens of a feature
  float* scores;  // [keys, rounded up to kRows][kBlock], and then words: two weights of neighbouring keys
};

KINDLING_BRAIN_INLINE __m512i Paired(__m512 low, __m512 high) {
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7,
                                         22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(high, low));
}

KINDLING_BRAIN_INLINE __mmask16 First(size_t count) {
  return static_cast<__mmask16>(count >= kLanes ? 0xffffu : (1u << count) - 1);
}

// Features are fetched this many before they are read: each lies on another page.
constexpr size_t kAhead = 6;

// Neighbouring features of each token; nothing beside the text is read, and what pads is zero.
KINDLING_BRAIN void PackFeatures(const Columns& in, const Words& out) {
  const size_t ahead = kAhead * in.stride;
  for (size_t f = 0; f < in.features; f += 2) {
    const float* HWY_RESTRICT low = in.feature(f);
    const float* HWY_RESTRICT high = in.feature(f + 1 < in.features ? f + 1 : f);
    uint32_t* HWY_RESTRICT to = out.data + f / 2 * out.stride;
    for (size_t c = 0; c < in.count; c += kLanes) {
      _mm_prefetch(low + ahead + c, _MM_HINT_T0);
      _mm_prefetch(high + ahead + c, _MM_HINT_T0);
      const __mmask16 own = First(in.count - c), both = f + 1 < in.features ? own : __mmask16{0};
      _mm512_store_si512(to + c,
                         Paired(_mm512_maskz_loadu_ps(own, low + c), _mm512_maskz_loadu_ps(both, high + c)));
    }
  }
}

// Neighbouring tokens of each feature; the same.
KINDLING_BRAIN void PackTokens(const Columns& in, const Words& out) {
  const size_t ahead = kAhead * in.stride;
  for (size_t f = 0; f < RoundUp(in.features, kRows); ++f) {
    const size_t count = f < in.features ? in.count : 0;
    const float* HWY_RESTRICT from = in.feature(f < in.features ? f : 0);
    uint32_t* HWY_RESTRICT to = out.data + f * out.stride;
    for (size_t c = 0; c < in.count; c += 2 * kLanes) {
      _mm_prefetch(from + ahead + c, _MM_HINT_T0);
      _mm_prefetch(from + ahead + c + kLanes, _MM_HINT_T0);
      const __mmask16 first = First(count > c ? count - c : 0);
      const __mmask16 second = First(count > c + kLanes ? count - c - kLanes : 0);
      const __m512 low = _mm512_maskz_loadu_ps(first, from + c);
      const __m512 high = _mm512_maskz_loadu_ps(second, from + c + kLanes);
      _mm512_store_si512(to + c / 2, (__m512i)_mm512_cvtne2ps_pbh(high, low));
    }
  }
}

// One product: word (row, k) of the left factor is read one at a time, row k of the right one in vectors.
struct Factors {
  const uint32_t* HWY_RESTRICT left;
  size_t left_row, left_step;
  const uint32_t* HWY_RESTRICT right;
  size_t right_step;
  size_t depth;
};

template <size_t kVectors>
KINDLING_BRAIN_INLINE void SumTile(const Factors& what, __m512 (&sums)[kRows][kVectors]) {
  const uint32_t* HWY_RESTRICT left = what.left;
  const uint32_t* HWY_RESTRICT right = what.right;
  const size_t left_row = what.left_row, left_step = what.left_step, right_step = what.right_step;
#pragma GCC unroll 8
  for (size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) sums[r][v] = _mm512_setzero_ps();
  }
  for (size_t k = 0; k < what.depth; ++k) {
    __m512bh b[kVectors];
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) b[v] = (__m512bh)_mm512_load_si512(right + v * kLanes);
#pragma GCC unroll 8
    for (size_t r = 0; r < kRows; ++r) {
      const __m512bh a = (__m512bh)_mm512_set1_epi32(static_cast<int>(left[r * left_row]));
#pragma GCC unroll 8
      for (size_t v = 0; v < kVectors; ++v) sums[r][v] = _mm512_dpbf16_ps(sums[r][v], a, b[v]);
    }
    left += left_step;
    right += right_step;
  }
}

// Scores of kRows keys from `key` on, `own` of which are the text's; raises the largest of each column.
// `gains`: null, or of the distance between the first query and `key`.
template <size_t kVectors>
KINDLING_BRAIN_TILE void ScoreTile(const Factors& what, const float* gains, float* HWY_RESTRICT scores,
                                   size_t own, __m512 (&largest)[kVectors]) {
  __m512 sums[kRows][kVectors];
  SumTile(what, sums);
  if (gains != nullptr) {
#pragma GCC unroll 8
    for (size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (size_t v = 0; v < kVectors; ++v) {
        sums[r][v] = _mm512_add_ps(sums[r][v], _mm512_loadu_ps(gains + v * kLanes - r));
      }
    }
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      _mm512_store_ps(scores + r * kBlock + v * kLanes, sums[r][v]);
      const __m512 larger = _mm512_max_ps(largest[v], sums[r][v]);
      largest[v] = r < own ? larger : largest[v];
    }
  }
}

// 2^x for x <= 0: a polynomial of what is left of the nearest whole number, fitted by us to least largest
// relative error, 8e-8.
KINDLING_BRAIN_INLINE __m512 PowerOfTwo(__m512 x) {
  const __m512 whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m512 rest = _mm512_sub_ps(x, whole);
  __m512 p = _mm512_set1_ps(0.001327647129073739f);
  p = _mm512_fmadd_ps(p, rest, _mm512_set1_ps(0.009675540961325169f));
  p = _mm512_fmadd_ps(p, rest, _mm512_set1_ps(0.05550713092088699f));
  p = _mm512_fmadd_ps(p, rest, _mm512_set1_ps(0.24022120237350464f));
  p = _mm512_fmadd_ps(p, rest, _mm512_set1_ps(0.6931469440460205f));
  p = _mm512_fmadd_ps(p, rest, _mm512_set1_ps(1.0000001192092896f));
  return _mm512_scalef_ps(p, whole);
}

// exp(scale * (score - largest)) of two neighbouring keys as a word, down each column, in place; returns one
// over the sums.
template <size_t kVectors>
KINDLING_BRAIN void SoftmaxColumns(float* scores, size_t keys, float scale, const __m512 (&largest)[kVectors],
                                   __m512 (&inverse)[kVectors]) {
  const __m512 factor = _mm512_set1_ps(scale * 1.44269504088896341f);
  const __m512bh ones = (__m512bh)_mm512_set1_epi32(0x3f803f80);
  const auto weight = [&](const float* at, __m512 most) KINDLING_BRAIN {
    return PowerOfTwo(_mm512_mul_ps(factor, _mm512_sub_ps(_mm512_load_ps(at), most)));
  };
  for (size_t v = 0; v < kVectors; ++v) {
    __m512 sum = _mm512_setzero_ps();
    const __m512 most = largest[v];
    const float* from = scores + v * kLanes;
    float* to = scores + v * kLanes;
    for (size_t j = 0; j < keys; j += 2, from += 2 * kBlock, to += kBlock) {
      const __m512 low = weight(from, most);
      const __m512 high = j + 1 < keys ? weight(from + kBlock, most) : _mm512_setzero_ps();
      const __m512i pair = Paired(low, high);
      sum = _mm512_dpbf16_ps(sum, (__m512bh)pair, ones);
      _mm512_store_si512(to, pair);
    }
    inverse[v] = _mm512_div_ps(_mm512_set1_ps(1.0f), sum);
  }
}

// kRows features of `out` from `feature` on, at kVectors vectors of queries from `query` on.
template <size_t kVectors>
KINDLING_BRAIN_TILE void WeighTile(const Factors& what, const __m512 (&inverse)[kVectors], const Columns& out,
                                   size_t feature, size_t query) {
  __m512 sums[kRows][kVectors];
  SumTile(what, sums);
#pragma GCC unroll 8
  for (size_t r = 0; r < kRows; ++r) {
    if (feature + r >= out.features) break;
    float* HWY_RESTRICT at = out.feature(feature + r) + query;
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      const __mmask16 own = First(out.count - query - v * kLanes);
      _mm512_mask_storeu_ps(at + v * kLanes, own, _mm512_mul_ps(sums[r][v], inverse[v]));
    }
  }
}

// Keys [first, last) that queries look at; `first` is even.
struct Near {
  size_t first, last;
};

// kVectors vectors of queries from `query` on.
template <size_t kVectors>
KINDLING_BRAIN void AttendColumns(const Brains& brains, const Near& near, size_t query, size_t features,
                                  float scale, const float* gains, const Columns& out) {
  const size_t count = near.last - near.first;
  __m512 largest[kVectors], inverse[kVectors];
  for (size_t v = 0; v < kVectors; ++v) largest[v] = _mm512_set1_ps(-3.4e38f);
  for (size_t key = 0; key < count; key += kRows) {
    const Factors factors{brains.keys.data + near.first + key,
                          1,
                          brains.keys.stride,
                          brains.queries.data + query,
                          brains.queries.stride,
                          (features + 1) / 2};
    ScoreTile(factors, gains == nullptr ? nullptr : gains - key, brains.scores + key * kBlock,
              HWY_MIN(kRows, count - key), largest);
  }
  SoftmaxColumns(brains.scores, count, scale, largest, inverse);
  for (size_t feature = 0; feature < features; feature += kRows) {
    const Factors factors{brains.values.data + feature * brains.values.stride + near.first / 2,
                          brains.values.stride,
                          1,
                          reinterpret_cast<const uint32_t*>(brains.scores),
                          kBlock,
                          (count + 1) / 2};
    WeighTile(factors, inverse, out, feature, query);
  }
}

// An odd number of lines of 64 bytes, as ColumnBuffer has it.
constexpr size_t OddStride(size_t words) { return RoundUp(words, 2 * kLanes) + kLanes; }

Brains Place(size_t features, size_t tokens, PackedScratch& scratch) {
  const size_t pairs = (features + 1) / 2, rows = RoundUp(features, kRows);
  const size_t wide = OddStride(tokens + kRows), narrow = OddStride((tokens + 1) / 2);
  // Queries are read a block of whole vectors at a time, keys kRows at a time: the strides have room for that.
  uint32_t* at = scratch.panel(2 * pairs * wide + rows * narrow + RoundUp(tokens + 1, kRows) * kBlock);
  Brains brains{{at, wide}, {at + pairs * wide, wide}, {at + 2 * pairs * wide, narrow}, nullptr};
  brains.scores = reinterpret_cast<float*>(brains.values.data + rows * narrow);
  return brains;
}

void AttendBrains(const Columns& queries, const Columns& keys, const Columns& values, float scale,
                  const DistanceGains& distances, PackedScratch& scratch, const Columns& out) {
  const size_t tokens = queries.count, features = queries.features, reach = distances.reach;
  const Brains brains = Place(features, tokens, scratch);
  PackFeatures(queries, brains.queries);
  PackFeatures(keys, brains.keys);
  PackTokens(values, brains.values);
  for (size_t block = 0; block < tokens; block += kBlock) {
    const size_t end = HWY_MIN(tokens, block + kBlock);
    // Keys within reach of any query of the block, and perhaps one more: its gain says that it is not seen.
    const size_t first = block > reach ? (block - reach) / 2 * 2 : 0;
    const Near near{first, tokens - end > reach ? end + reach : tokens};
    const float* gains =
        distances.gains.empty() ? nullptr : distances.gains.data() + distances.gains.size() / 2 + block - first;
    const size_t vectors = (end - block + kLanes - 1) / kLanes;
    if (vectors == 3) {
      AttendColumns<3>(brains, near, block, features, scale, gains, out);
    } else if (vectors == 2) {
      AttendColumns<2>(brains, near, block, features, scale, gains, out);
    } else {
      AttendColumns<1>(brains, near, block, features, scale, gains, out);
    }
  }
}

#else

bool HasBrains() { return false; }

void AttendBrains(const Columns&, const Columns&, const Columns&, float, const DistanceGains&, PackedScratch&,
                  const Columns&) {
  HWY_ABORT("attention is in bfloat16 only where it is multiplied");
}

#endif

}  // namespace

bool HasBrainAttention() { return HasBrains(); }

void AttendBf16(const Columns& queries, const Columns& keys, const Columns& values, float scale,
                const DistanceGains& distances, PackedScratch& scratch, const Columns& out) {
  AttendBrains(queries, keys, values, scale, distances, scratch, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kindling {

HWY_EXPORT(HasBrainAttention);
HWY_EXPORT(AttendBf16);

bool attention_bf16_is_fast() {
  prepare_simd();
  return HWY_DYNAMIC_DISPATCH(HasBrainAttention)();
}

void attend_bf16(const Columns& queries, const Columns& keys, const Columns& values, float scale,
                 PackedScratch& scratch, const Columns& out, const DistanceGains& distances) {
  KINDLING_CHECK(attention_bf16_is_fast() && scale > 0);
  check_attention(queries, keys, values, out, distances);
  HWY_DYNAMIC_DISPATCH(AttendBf16)(queries, keys, values, scale, distances, scratch, out);
}

}  // namespace kindling
#endif
