#include "base/simd/vectors.h"

#include "base/check.h"
#include "base/simd/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/simd/vectors.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Four sums at once, because one would wait for its own last addition.
float InnerProduct(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, size_t count) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  auto s0 = hn::Zero(d), s1 = hn::Zero(d), s2 = hn::Zero(d), s3 = hn::Zero(d);
  size_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    s0 = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), s0);
    s1 = hn::MulAdd(hn::LoadU(d, a + i + lanes), hn::LoadU(d, b + i + lanes), s1);
    s2 = hn::MulAdd(hn::LoadU(d, a + i + 2 * lanes), hn::LoadU(d, b + i + 2 * lanes), s2);
    s3 = hn::MulAdd(hn::LoadU(d, a + i + 3 * lanes), hn::LoadU(d, b + i + 3 * lanes), s3);
  }
  for (; i + lanes <= count; i += lanes) s0 = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), s0);
  float sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))));
  for (; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

void InnerProducts(const float* HWY_RESTRICT query, const float* HWY_RESTRICT rows, size_t dimensions,
                   float* HWY_RESTRICT out, size_t count) {
  for (size_t i = 0; i < count; ++i) out[i] = InnerProduct(query, rows + i * dimensions, dimensions);
}

void Scale(float* HWY_RESTRICT values, size_t count, float factor) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(hn::Mul(hn::LoadU(d, values + i), hn::Set(d, factor)), d, values + i);
  }
  for (; i < count; ++i) values[i] *= factor;
}

}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <cmath>

namespace kindling {

HWY_EXPORT(InnerProduct);
HWY_EXPORT(InnerProducts);
HWY_EXPORT(Scale);

float inner_product(std::span<const float> a, std::span<const float> b) {
  KINDLING_CHECK(a.size() == b.size());
  prepare_simd();
  return HWY_DYNAMIC_DISPATCH(InnerProduct)(a.data(), b.data(), a.size());
}

void inner_products(std::span<const float> query, std::span<const float> rows, std::span<float> out) {
  KINDLING_CHECK(rows.size() == query.size() * out.size());
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(InnerProducts)(query.data(), rows.data(), query.size(), out.data(), out.size());
}

void normalize_l2(std::span<float> vector) {
  const float length = std::max(std::sqrt(inner_product(vector, vector)), 1e-12f);
  HWY_DYNAMIC_DISPATCH(Scale)(vector.data(), vector.size(), 1.0f / length);
}

}  // namespace kindling
#endif
