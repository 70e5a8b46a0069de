#include "base/simd/attention.h"

#include "base/check.h"
#include "base/simd/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/simd/attention.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "base/simd/tile-inl.h"
#include "base/simd/transform-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace {

// scores(j, i) = keys[:, j] . queries[:, i] for kRows keys from `key` on and kVectors vectors of queries.
// `gains`: null, or of the distance between `query` and key 0.
template <size_t kRows, size_t kVectors>
HWY_INLINE void ScoreTile(const Columns& queries, size_t query, const Columns& keys, size_t key,
                          const float* gains, const Columns& scores, size_t column) {
  const F32 d;
  V32 sums[kRows][kVectors];
  SetZero(sums);
  MultiplyAdd<kRows, kVectors>({keys.data + key, 1, keys.stride}, {queries.data + query, queries.stride},
                               keys.features, sums);
  if (gains != nullptr) {
    for (size_t r = 0; r < kRows; ++r) {
      const float* from = gains - key - r;
      for (size_t v = 0; v < kVectors; ++v)
        sums[r][v] = hn::Add(sums[r][v], hn::LoadU(d, from + v * hn::Lanes(d)));
    }
  }
  for (size_t r = 0; r < kRows; ++r) {
    float* at = scores.feature(key + r) + column;
    for (size_t v = 0; v < kVectors; ++v) hn::Store(sums[r][v], d, at + v * hn::Lanes(d));
  }
}

// exp(scale * (score - largest)) down each column, in place; returns one over the sums.
template <size_t kVectors>
HWY_INLINE void SoftmaxColumns(const Columns& scores, size_t tokens, size_t column, float scale,
                               V32 (&inverse)[kVectors]) {
  const F32 d;
  const size_t lanes = hn::Lanes(d);
  V32 largest[kVectors], sum[kVectors];
  for (size_t v = 0; v < kVectors; ++v) {
    largest[v] = hn::Load(d, scores.feature(0) + column + v * lanes);
    sum[v] = hn::Zero(d);
  }
  for (size_t j = 1; j < tokens; ++j) {
    for (size_t v = 0; v < kVectors; ++v) {
      largest[v] = hn::Max(largest[v], hn::Load(d, scores.feature(j) + column + v * lanes));
    }
  }
  const V32 factor = hn::Set(d, scale);
  for (size_t j = 0; j < tokens; ++j) {
    for (size_t v = 0; v < kVectors; ++v) {
      float* at = scores.feature(j) + column + v * lanes;
      const V32 weight = hn::Exp(d, hn::Mul(factor, hn::Sub(hn::Load(d, at), largest[v])));
      sum[v] = hn::Add(sum[v], weight);
      hn::Store(weight, d, at);
    }
  }
  for (size_t v = 0; v < kVectors; ++v) inverse[v] = hn::Div(hn::Set(d, 1.0f), sum[v]);
}

template <size_t kRows, size_t kVectors>
HWY_INLINE void WeighTile(const Columns& values, size_t feature, const Columns& scores, size_t column,
                          const V32 (&inverse)[kVectors], const Columns& out, size_t query) {
  const F32 d;
  const size_t lanes = hn::Lanes(d);
  V32 sums[kRows][kVectors];
  SetZero(sums);
  MultiplyAdd<kRows, kVectors>({values.feature(feature), values.stride, 1},
                               {scores.data + column, scores.stride}, values.count, sums);
  for (size_t r = 0; r < kRows; ++r) {
    float* at = out.feature(feature + r) + query;
    for (size_t v = 0; v < kVectors; ++v) {
      const V32 value = hn::Mul(sums[r][v], inverse[v]);
      const size_t begin = v * lanes;
      if (query + begin + lanes <= out.count) {
        hn::StoreU(value, d, at + begin);
      } else {
        hn::BlendedStore(value, hn::FirstN(d, out.count - query - begin), d, at + begin);
      }
    }
  }
}

// kVectors vectors of queries from `query` on, against all keys.
template <size_t kVectors>
void AttendColumns(const Columns& queries, const Columns& keys, const Columns& values, float scale,
                   const float* gains, const Columns& scores, size_t query, size_t column, const Columns& out) {
  size_t key = 0;
  for (; key + kTileRows <= keys.count; key += kTileRows) {
    ScoreTile<kTileRows, kVectors>(queries, query, keys, key, gains, scores, column);
  }
  for (; key < keys.count; ++key) ScoreTile<1, kVectors>(queries, query, keys, key, gains, scores, column);
  V32 inverse[kVectors];
  SoftmaxColumns<kVectors>(scores, keys.count, column, scale, inverse);
  size_t feature = 0;
  for (; feature + kTileRows <= values.features; feature += kTileRows) {
    WeighTile<kTileRows, kVectors>(values, feature, scores, column, inverse, out, query);
  }
  for (; feature < values.features; ++feature) {
    WeighTile<1, kVectors>(values, feature, scores, column, inverse, out, query);
  }
}

}  // namespace

void Attend(const Columns& queries, const Columns& keys, const Columns& values, float scale,
            const DistanceGains& distances, const Columns& scores, const Columns& out) {
  const size_t lanes = hn::Lanes(F32());
  const size_t reach = distances.reach;
  for (size_t block = 0; block < queries.count; block += scores.count) {
    const size_t end = HWY_MIN(queries.count, block + scores.count);
    const size_t first = block > reach ? block - reach : 0;  // key within reach of any query of the block
    const size_t last = keys.count - end > reach ? end + reach : keys.count;
    const Columns near_keys{keys.data + first, keys.features, last - first, keys.stride};
    const Columns near_values{values.data + first, values.features, last - first, values.stride};
    size_t query = block;
    while (query < end) {
      const size_t vectors = HWY_MIN(kTileVectors, (end - query + lanes - 1) / lanes);
      const size_t column = query - block;
      const float* gains = distances.gains.empty()
                               ? nullptr
                               : distances.gains.data() + distances.gains.size() / 2 + query - first;
      if (vectors == kTileVectors) {
        AttendColumns<kTileVectors>(queries, near_keys, near_values, scale, gains, scores, query, column, out);
      } else if (vectors == 2) {
        AttendColumns<2>(queries, near_keys, near_values, scale, gains, scores, query, column, out);
      } else {
        AttendColumns<1>(queries, near_keys, near_values, scale, gains, scores, query, column, out);
      }
      query += vectors * lanes;
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kindling {

HWY_EXPORT(Attend);

void check_attention(const Columns& queries, const Columns& keys, const Columns& values, const Columns& out,
                     const DistanceGains& distances) {
  KINDLING_CHECK(queries.features == keys.features && keys.features == values.features);
  KINDLING_CHECK(out.features == values.features && out.count == queries.count);
  KINDLING_CHECK(keys.count == queries.count && values.count == queries.count);
  KINDLING_CHECK(distances.gains.empty() ||
                 distances.gains.size() > 2 * DistanceGains::radius_for(keys.count, distances.reach));
  KINDLING_CHECK(distances.reach == SIZE_MAX || !distances.gains.empty());
}

void attend(const Columns& queries, const Columns& keys, const Columns& values, float scale,
            AttentionScratch& scratch, const Columns& out, const DistanceGains& distances) {
  check_attention(queries, keys, values, out, distances);
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(Attend)(queries, keys, values, scale, distances, scratch.scores(keys.count), out);
}

}  // namespace kindling
#endif
