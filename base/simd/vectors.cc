#include "base/simd/vectors.h"

#include "base/check.h"
#include "base/simd/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/simd/vectors.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "base/simd/inner_product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

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
