#include "base/simd/transform.h"

#include "base/check.h"
#include "base/simd/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/simd/transform.cc"
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

// Two passes for mean and variance, because one pass loses digits when the mean is large.
void NormalizeLayer(const Columns& columns, const float* HWY_RESTRICT weight, const float* HWY_RESTRICT bias,
                    float epsilon) {
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const V per_feature = hn::Set(d, 1.0f / static_cast<float>(columns.features));
  for (size_t column = 0; column < columns.count; column += hn::Lanes(d)) {
    V sum = hn::Zero(d);
    for (size_t f = 0; f < columns.features; ++f) sum = hn::Add(sum, hn::Load(d, columns.feature(f) + column));
    const V mean = hn::Mul(sum, per_feature);
    V squares = hn::Zero(d);
    for (size_t f = 0; f < columns.features; ++f) {
      const V off = hn::Sub(hn::Load(d, columns.feature(f) + column), mean);
      squares = hn::MulAdd(off, off, squares);
    }
    const V variance = hn::MulAdd(squares, per_feature, hn::Set(d, epsilon));
    const V scale = hn::Div(hn::Set(d, 1.0f), hn::Sqrt(variance));
    for (size_t f = 0; f < columns.features; ++f) {
      float* at = columns.feature(f) + column;
      const V unit = hn::Mul(hn::Sub(hn::Load(d, at), mean), scale);
      hn::Store(hn::MulAdd(unit, hn::Set(d, weight[f]), hn::Set(d, bias[f])), d, at);
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
HWY_EXPORT(AverageColumns);

void gelu(std::span<float> values) {
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(GeluAll)(values.data(), values.size());
}

void normalize_layer(const Columns& columns, std::span<const float> weight, std::span<const float> bias,
                     float epsilon) {
  KINDLING_CHECK(weight.size() == columns.features && bias.size() == columns.features && columns.aligned());
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(NormalizeLayer)(columns, weight.data(), bias.data(), epsilon);
}

void average_columns(const Columns& columns, std::span<float> means) {
  KINDLING_CHECK(columns.count > 0 && means.size() == columns.features);
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(AverageColumns)(columns, means.data());
}

}  // namespace kindling
#endif
