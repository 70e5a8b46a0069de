#include "base/simd/transform.h"

#include "base/check.h"
#include "base/simd/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/simd/transform.cc"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "base/simd/transform-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {

void GeluAll(float* HWY_RESTRICT values, size_t count) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(Gelu(d, hn::LoadU(d, values + i)), d, values + i);
  const hn::CappedTag<float, 1> one;
  for (; i < count; ++i) hn::StoreU(Gelu(one, hn::LoadU(one, values + i)), one, values + i);
}

// kVectors vectors of columns from `column` on. Neighbouring ones go together and features are fetched some
// before they are read, because each feature lies on another page. Two passes for mean and variance, because
// one pass loses digits when the mean is large.
template <size_t kVectors>
void NormalizeVectors(const Columns& in, const float* HWY_RESTRICT weight, const float* HWY_RESTRICT bias,
                      float epsilon, const Columns& out, size_t column) {
  constexpr size_t kAhead = 12;
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const size_t lanes = hn::Lanes(d), features = in.features;
  const V per_feature = hn::Set(d, 1.0f / static_cast<float>(features));
  const float* HWY_RESTRICT from = in.data + column;
  V mean[kVectors], scale[kVectors];
  for (size_t v = 0; v < kVectors; ++v) mean[v] = scale[v] = hn::Zero(d);
  for (size_t f = 0; f < features; ++f) {
    const float* HWY_RESTRICT at = from + f * in.stride;
    for (size_t v = 0; v < kVectors; ++v) {
      hwy::Prefetch(at + kAhead * in.stride + v * lanes);
      mean[v] = hn::Add(mean[v], hn::Load(d, at + v * lanes));
    }
  }
  for (size_t v = 0; v < kVectors; ++v) mean[v] = hn::Mul(mean[v], per_feature);
  for (size_t f = 0; f < features; ++f) {
    const float* HWY_RESTRICT at = from + f * in.stride;
    for (size_t v = 0; v < kVectors; ++v) {
      const V off = hn::Sub(hn::Load(d, at + v * lanes), mean[v]);
      scale[v] = hn::MulAdd(off, off, scale[v]);
    }
  }
  for (size_t v = 0; v < kVectors; ++v) {
    const V variance = hn::MulAdd(scale[v], per_feature, hn::Set(d, epsilon));
    scale[v] = hn::Div(hn::Set(d, 1.0f), hn::Sqrt(variance));
  }
  for (size_t f = 0; f < features; ++f) {
    const V factor = hn::Set(d, weight[f]), term = hn::Set(d, bias[f]);
    for (size_t v = 0; v < kVectors; ++v) {
      const V unit = hn::Mul(hn::Sub(hn::Load(d, from + f * in.stride + v * lanes), mean[v]), scale[v]);
      hn::Store(hn::MulAdd(unit, factor, term), d, out.feature(f) + column + v * lanes);
    }
  }
}

void NormalizeLayer(const Columns& in, const float* HWY_RESTRICT weight, const float* HWY_RESTRICT bias,
                    float epsilon, const Columns& out) {
  const size_t lanes = hn::Lanes(hn::ScalableTag<float>());
  size_t column = 0;
  for (; column + 2 * lanes < in.count; column += 3 * lanes) {
    NormalizeVectors<3>(in, weight, bias, epsilon, out, column);
  }
  for (; column < in.count; column += lanes) NormalizeVectors<1>(in, weight, bias, epsilon, out, column);
}

template <Gate kGate>
void GateColumns(const Columns& values, const Columns& factors) {
  const hn::ScalableTag<float> d;
  for (size_t f = 0; f < values.features; ++f) {
    float* HWY_RESTRICT value = values.feature(f);
    const float* HWY_RESTRICT factor = factors.feature(f);
    for (size_t c = 0; c < values.count; c += hn::Lanes(d)) {
      const auto x = hn::Load(d, value + c);
      const auto y = kGate == Gate::gelu ? Gelu(d, x) : Silu(d, x);
      hn::Store(hn::Mul(y, hn::Load(d, factor + c)), d, value + c);
    }
  }
}

void ApplyGate(const Columns& values, const Columns& factors, Gate gate) {
  if (gate == Gate::gelu) GateColumns<Gate::gelu>(values, factors);
  if (gate == Gate::silu) GateColumns<Gate::silu>(values, factors);
}

void RotatePositions(const Columns& columns, const Columns& cosines, const Columns& sines) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  const size_t half = columns.features / 2;
  for (size_t f = 0; f < half; ++f) {
    float* HWY_RESTRICT first = columns.feature(f);
    float* HWY_RESTRICT second = columns.feature(f + half);
    for (size_t c = 0; c < columns.count; c += lanes) {
      const auto cosine = hn::Load(d, cosines.feature(f) + c), sine = hn::Load(d, sines.feature(f) + c);
      const auto x = hn::LoadU(d, first + c), y = hn::LoadU(d, second + c);
      const auto turned_x = hn::NegMulAdd(y, sine, hn::Mul(x, cosine));
      const auto turned_y = hn::MulAdd(x, sine, hn::Mul(y, cosine));
      if (c + lanes <= columns.count) {
        hn::StoreU(turned_x, d, first + c);
        hn::StoreU(turned_y, d, second + c);
      } else {
        const auto own = hn::FirstN(d, columns.count - c);
        hn::BlendedStore(turned_x, own, d, first + c);
        hn::BlendedStore(turned_y, own, d, second + c);
      }
    }
  }
}

void AverageColumns(const Columns& columns, float* HWY_RESTRICT means) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  const float scale = 1.0f / static_cast<float>(columns.count);
  for (size_t f = 0; f < columns.features; ++f) {
    const float* HWY_RESTRICT row = columns.feature(f);
    auto sums = hn::Zero(d);
    size_t c = 0;
    for (; c + lanes <= columns.count; c += lanes) sums = hn::Add(sums, hn::LoadU(d, row + c));
    float sum = hn::GetLane(hn::SumOfLanes(d, sums));
    for (; c < columns.count; ++c) sum += row[c];
    means[f] = sum * scale;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kindling {

HWY_EXPORT(GeluAll);
HWY_EXPORT(NormalizeLayer);
HWY_EXPORT(ApplyGate);
HWY_EXPORT(RotatePositions);
HWY_EXPORT(AverageColumns);

void gelu(std::span<float> values) {
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(GeluAll)(values.data(), values.size());
}

void normalize_layer(const Columns& in, std::span<const float> weight, std::span<const float> bias,
                     float epsilon, const Columns& out) {
  KINDLING_CHECK(weight.size() == in.features && bias.size() == in.features);
  KINDLING_CHECK(in.features == out.features && in.count == out.count && in.aligned() && out.aligned());
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(NormalizeLayer)(in, weight.data(), bias.data(), epsilon, out);
}

void apply_gate(const Columns& values, const Columns& factors, Gate gate) {
  KINDLING_CHECK(values.features == factors.features && values.count == factors.count);
  KINDLING_CHECK(values.aligned() && factors.aligned());
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(ApplyGate)(values, factors, gate);
}

void rotate_positions(const Columns& columns, const Columns& cosines, const Columns& sines) {
  KINDLING_CHECK(columns.features % 2 == 0 && cosines.features == columns.features / 2);
  KINDLING_CHECK(sines.features == cosines.features && cosines.aligned() && sines.aligned());
  KINDLING_CHECK(cosines.count >= columns.count && sines.count >= columns.count);
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(RotatePositions)(columns, cosines, sines);
}

void average_columns(const Columns& columns, std::span<float> means) {
  KINDLING_CHECK(columns.count > 0 && means.size() == columns.features);
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(AverageColumns)(columns, means.data());
}

}  // namespace kindling
#endif
