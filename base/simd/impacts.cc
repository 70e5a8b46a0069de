#include "base/simd/impacts.h"

#include "base/check.h"
#include "base/simd/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/simd/impacts.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void ContributionsByLength(const uint32_t* HWY_RESTRICT documents, const uint32_t* HWY_RESTRICT frequencies,
                           const uint32_t* HWY_RESTRICT lengths, float flat, float slope, float weight,
                           uint32_t* HWY_RESTRICT out, size_t count) {
  const hn::ScalableTag<float> df;
  const hn::RebindToSigned<decltype(df)> di;
  const hn::RebindToUnsigned<decltype(df)> du;
  const size_t lanes = hn::Lanes(df);
  const auto weights = hn::Set(df, weight);
  const auto flats = hn::Set(df, flat);
  const auto slopes = hn::Set(df, slope);
  const auto* HWY_RESTRICT signed_lengths = reinterpret_cast<const int32_t*>(lengths);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto tf = hn::ConvertTo(df, hn::BitCast(di, hn::LoadU(du, frequencies + i)));
    const auto length =
        hn::ConvertTo(df, hn::GatherIndex(di, signed_lengths, hn::BitCast(di, hn::LoadU(du, documents + i))));
    const auto norm = hn::Add(flats, hn::Mul(slopes, length));
    const auto value = hn::Div(hn::Mul(weights, tf), hn::Add(tf, norm));
    hn::StoreU(hn::BitCast(du, hn::ConvertTo(di, value)), du, out + i);
  }
  for (; i < count; ++i) {
    const auto tf = static_cast<float>(static_cast<int32_t>(frequencies[i]));
    const auto norm = flat + slope * static_cast<float>(signed_lengths[documents[i]]);
    out[i] = static_cast<uint32_t>(static_cast<int32_t>(weight * tf / (tf + norm)));
  }
}

// Of as many levels as 16-bit numbers fit in a vector.
template <class D16>
HWY_INLINE hn::Vec<D16> ScaledLevels(D16 d, const uint8_t* HWY_RESTRICT levels, hn::Vec<D16> scales) {
  const hn::Rebind<uint8_t, D16> d8;
  return hn::MulHigh(hn::ShiftLeft<8>(hn::PromoteTo(d, hn::LoadU(d8, levels))), scales);
}

void ScaleLevels(const uint8_t* HWY_RESTRICT levels, uint16_t scale, uint16_t* HWY_RESTRICT out, size_t count) {
  const hn::ScalableTag<uint16_t> d;
  const size_t lanes = hn::Lanes(d);
  const auto scales = hn::Set(d, scale);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(ScaledLevels(d, levels + i, scales), d, out + i);
  for (; i < count; ++i) out[i] = scaled_level(levels[i], scale);
}

void AddLevels(const uint8_t* HWY_RESTRICT levels, uint16_t scale, uint16_t* HWY_RESTRICT sums, size_t count) {
  const hn::ScalableTag<uint16_t> d;
  const size_t lanes = hn::Lanes(d);
  const auto scales = hn::Set(d, scale);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(hn::Add(hn::LoadU(d, sums + i), ScaledLevels(d, levels + i, scales)), d, sums + i);
  for (; i < count; ++i) sums[i] = static_cast<uint16_t>(sums[i] + scaled_level(levels[i], scale));
}

// Not every target compares unsigned numbers by order.
template <class D16>
HWY_INLINE hn::Mask<D16> Reaching(D16 d, const uint16_t* HWY_RESTRICT values, hn::Vec<D16> leasts) {
  const auto each = hn::LoadU(d, values);
  return hn::Eq(hn::Max(each, leasts), each);
}

size_t CountAtLeast(const uint16_t* HWY_RESTRICT values, size_t count, uint16_t least, size_t enough) {
  const hn::ScalableTag<uint16_t> d;
  const size_t lanes = hn::Lanes(d);
  const auto leasts = hn::Set(d, least);
  size_t found = 0;
  size_t i = 0;
  for (; i + 4 * lanes <= count && found < enough; i += 4 * lanes) {
    found += hn::CountTrue(d, Reaching(d, values + i, leasts)) +
             hn::CountTrue(d, Reaching(d, values + i + lanes, leasts)) +
             hn::CountTrue(d, Reaching(d, values + i + 2 * lanes, leasts)) +
             hn::CountTrue(d, Reaching(d, values + i + 3 * lanes, leasts));
  }
  for (; i < count && found < enough; ++i) found += values[i] >= least ? 1 : 0;
  return found;
}

size_t SelectAtLeast(const uint16_t* HWY_RESTRICT values, size_t count, uint16_t least,
                     uint16_t* HWY_RESTRICT places) {
  const hn::ScalableTag<uint16_t> d;
  const size_t lanes = hn::Lanes(d);
  const auto leasts = hn::Set(d, least);
  size_t found = 0;
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto reaching = Reaching(d, values + i, leasts);
    if (hn::AllFalse(d, reaching)) continue;
    uint8_t bytes[hn::MaxLanes(decltype(d)()) / 8 + 1];
    const size_t written = hn::StoreMaskBits(d, reaching, bytes);
    for (size_t byte = 0; byte < written; ++byte) {
      for (uint32_t bits = bytes[byte]; bits != 0; bits &= bits - 1)
        places[found++] = static_cast<uint16_t>(i + 8 * byte + hwy::Num0BitsBelowLS1Bit_Nonzero32(bits));
    }
  }
  for (; i < count; ++i) {
    if (values[i] >= least) places[found++] = static_cast<uint16_t>(i);
  }
  return found;
}

void PlaceLevels(const uint8_t* HWY_RESTRICT levels, uint32_t unit, int shift, uint64_t rest,
                 uint64_t* HWY_RESTRICT out, size_t count) {
  const hn::ScalableTag<uint64_t> d;
  const hn::Rebind<uint32_t, decltype(d)> d32;
  const hn::Rebind<uint8_t, decltype(d)> d8;
  const size_t lanes = hn::Lanes(d);
  const auto units = hn::Set(d32, unit);
  const auto rests = hn::Set(d, rest);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto products = hn::Mul(hn::PromoteTo(d32, hn::LoadU(d8, levels + i)), units);
    hn::StoreU(hn::Add(hn::ShiftLeftSame(hn::PromoteTo(d, products), shift), rests), d, out + i);
  }
  for (; i < count; ++i) out[i] = (uint64_t{levels[i] * unit} << shift) + rest;
}

// Appends the numbers of the lanes that are true, counted from `first`.
template <class D, class Mask>
HWY_INLINE size_t PutLanes(D d, Mask mask, size_t first, uint32_t* HWY_RESTRICT places, size_t found) {
  static_assert(hn::MaxLanes(D()) <= 8, "one byte of bits");
  uint8_t bytes[8] = {};
  hn::StoreMaskBits(d, mask, bytes);
  for (unsigned bits = bytes[0]; bits != 0; bits &= bits - 1)
    places[found++] =
        static_cast<uint32_t>(first) + static_cast<uint32_t>(hwy::Num0BitsBelowLS1Bit_Nonzero32(bits));
  return found;
}

size_t SelectReaching(const uint64_t* HWY_RESTRICT sums, size_t count, uint64_t least, uint64_t part,
                      uint64_t above, uint32_t* HWY_RESTRICT places) {
  const hn::ScalableTag<int64_t> d;
  const size_t lanes = hn::Lanes(d);
  const auto below = hn::Set(d, static_cast<int64_t>(least) - 1);
  const auto parts = hn::Set(d, static_cast<int64_t>(part));
  const auto aboves = hn::Set(d, static_cast<int64_t>(above));
  const auto reaches = [&](size_t at) HWY_ATTR {
    const auto sum = hn::LoadU(d, reinterpret_cast<const int64_t*>(sums + at));
    return hn::Or(hn::Gt(sum, below), hn::Gt(hn::And(sum, parts), aboves));
  };
  size_t found = 0;
  size_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    const auto r0 = reaches(i), r1 = reaches(i + lanes), r2 = reaches(i + 2 * lanes),
               r3 = reaches(i + 3 * lanes);
    if (hn::AllFalse(d, hn::Or(hn::Or(r0, r1), hn::Or(r2, r3)))) continue;
    found = PutLanes(d, r0, i, places, found);
    found = PutLanes(d, r1, i + lanes, places, found);
    found = PutLanes(d, r2, i + 2 * lanes, places, found);
    found = PutLanes(d, r3, i + 3 * lanes, places, found);
  }
  for (; i < count; ++i) {
    if (sums[i] >= least || (sums[i] & part) > above) places[found++] = static_cast<uint32_t>(i);
  }
  return found;
}

}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace kindling {

HWY_EXPORT(ContributionsByLength);
HWY_EXPORT(ScaleLevels);
HWY_EXPORT(AddLevels);
HWY_EXPORT(PlaceLevels);
HWY_EXPORT(CountAtLeast);
HWY_EXPORT(SelectAtLeast);
HWY_EXPORT(SelectReaching);

void contributions_by_length(std::span<const std::uint32_t> documents,
                             std::span<const std::uint32_t> frequencies, std::span<const std::uint32_t> lengths,
                             LengthNorm norm, float weight, std::span<std::uint32_t> out) {
  KINDLING_CHECK(documents.size() == out.size() && frequencies.size() == out.size());
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(ContributionsByLength)
  (documents.data(), frequencies.data(), lengths.data(), norm.flat, norm.slope, weight, out.data(), out.size());
}

void scale_levels(std::span<const std::uint8_t> levels, std::uint16_t scale, std::span<std::uint16_t> out) {
  KINDLING_CHECK(levels.size() == out.size());
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(ScaleLevels)(levels.data(), scale, out.data(), out.size());
}

void add_levels(std::span<const std::uint8_t> levels, std::uint16_t scale, std::span<std::uint16_t> sums) {
  KINDLING_CHECK(levels.size() == sums.size());
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(AddLevels)(levels.data(), scale, sums.data(), sums.size());
}

void place_levels(std::span<const std::uint8_t> levels, std::uint32_t unit, unsigned shift, std::uint64_t rest,
                  std::span<std::uint64_t> out) {
  KINDLING_CHECK(levels.size() == out.size() && unit <= level_unit_max && shift < 64);
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(PlaceLevels)(levels.data(), unit, static_cast<int>(shift), rest, out.data(), out.size());
}

std::size_t count_at_least(std::span<const std::uint16_t> values, std::uint16_t least, std::size_t enough) {
  prepare_simd();
  return HWY_DYNAMIC_DISPATCH(CountAtLeast)(values.data(), values.size(), least, enough);
}

std::size_t select_at_least(std::span<const std::uint16_t> values, std::uint16_t least,
                            std::span<std::uint16_t> places) {
  KINDLING_CHECK(values.size() <= 65536 && places.size() >= values.size());
  prepare_simd();
  return HWY_DYNAMIC_DISPATCH(SelectAtLeast)(values.data(), values.size(), least, places.data());
}

std::size_t select_reaching(std::span<const std::uint64_t> sums, std::uint64_t least, std::uint64_t part,
                            std::uint64_t above, std::span<std::uint32_t> places) {
  KINDLING_CHECK(least >= 1 && places.size() >= sums.size() + select_slack);
  prepare_simd();
  return HWY_DYNAMIC_DISPATCH(SelectReaching)(sums.data(), sums.size(), least, part, above, places.data());
}

}  // namespace kindling
#endif
