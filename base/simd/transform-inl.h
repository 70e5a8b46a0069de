// Functions of one number, a vector of them at a time. Included once per target, as tile-inl.h.
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#if defined(KINDLING_BASE_SIMD_TRANSFORM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDLING_BASE_SIMD_TRANSFORM_INL_H_
#undef KINDLING_BASE_SIMD_TRANSFORM_INL_H_
#else
#define KINDLING_BASE_SIMD_TRANSFORM_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// erf(x) as x P(x^2) / Q(x^2), fitted by us to least largest error over |x| <= 4, beyond which erf is 1 in
// single precision up to 2e-8. Error below 4e-7.
template <class V>
struct Quotient {
  V above, below;
};
template <class D, class V = hn::Vec<D>>
HWY_INLINE Quotient<V> ErfQuotient(D d, V x) {
  const V bounded = hn::Min(hn::Max(x, hn::Set(d, -4.0f)), hn::Set(d, 4.0f));
  const V t = hn::Mul(bounded, bounded);
  V p = hn::Set(d, 1.974827910089516e-06f);
  p = hn::MulAdd(p, t, hn::Set(d, 0.0002880421234294772f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.004003669135272503f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.05346754938364029f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.19624949991703033f));
  p = hn::MulAdd(p, t, hn::Set(d, 1.128378987312317f));
  V q = hn::Set(d, 3.748088056454435e-05f);
  q = hn::MulAdd(q, t, hn::Set(d, 0.0012163659557700157f));
  q = hn::MulAdd(q, t, hn::Set(d, 0.015444467775523663f));
  q = hn::MulAdd(q, t, hn::Set(d, 0.1164766475558281f));
  q = hn::MulAdd(q, t, hn::Set(d, 0.5072527527809143f));
  q = hn::MulAdd(q, t, hn::Set(d, 1.0f));
  return {hn::Mul(bounded, p), q};
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V Erf(D d, V x) {
  const Quotient<V> erf = ErfQuotient(d, x);
  return hn::Div(erf.above, erf.below);
}

// The same with one step of Newton's after an approximate reciprocal (12 bits or more): error below 2e-6.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V QuickErf(D d, V x) {
  const Quotient<V> erf = ErfQuotient(d, x);
  const V first = hn::ApproximateReciprocal(erf.below);
  const V inverse = hn::Mul(first, hn::NegMulAdd(erf.below, first, hn::Set(d, 2.0f)));
  return hn::Mul(erf.above, inverse);
}

// x/2 (1 + erf(x / sqrt 2)).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Gelu(D d, V x) {
  const V half = hn::Mul(x, hn::Set(d, 0.5f));
  return hn::MulAdd(half, Erf(d, hn::Mul(x, hn::Set(d, 0.70710678118654752f))), half);
}

// x / (1 + exp(-x)).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Silu(D d, V x) {
  // Beyond -88 the exponential would be infinite; the quotient is nothing either way.
  const V exponent = hn::Min(hn::Neg(x), hn::Set(d, 88.0f));
  return hn::Div(x, hn::Add(hn::Set(d, 1.0f), hn::Exp(d, exponent)));
}

}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();
#endif
