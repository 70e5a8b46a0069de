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

size_t SelectReaching(const uint64_t* HWY_RESTRICT sums, size_t count, uint32_t least_high, uint32_t above_low,
                      uint32_t* HWY_RESTRICT places) {
  const hn::ScalableTag<int64_t> d;
  const size_t lanes = hn::Lanes(d);
  const uint64_t least = uint64_t{least_high} << 32;
  const auto below = hn::Set(d, static_cast<int64_t>(least) - 1);
  const auto low = hn::Set(d, 0xffffffff);
  const auto above = hn::Set(d, int64_t{above_low});
  size_t found = 0;
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto sum = hn::LoadU(d, reinterpret_cast<const int64_t*>(sums + i));
    const auto reaches = hn::Or(hn::Gt(sum, below), hn::Gt(hn::And(sum, low), above));
    if (hn::AllFalse(d, reaches)) continue;
    for (size_t lane = i; lane < i + lanes; ++lane) {
      places[found] = static_cast<uint32_t>(lane);
      found += sums[lane] >= least || static_cast<uint32_t>(sums[lane]) > above_low ? 1 : 0;
    }
  }
  for (; i < count; ++i) {
    if (sums[i] >= least || static_cast<uint32_t>(sums[i]) > above_low)
      places[found++] = static_cast<uint32_t>(i);
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

std::size_t select_reaching(std::span<const std::uint64_t> sums, std::uint32_t least_high,
                            std::uint32_t above_low, std::span<std::uint32_t> places) {
  KINDLING_CHECK(least_high >= 1 && places.size() >= sums.size() + select_slack);
  prepare_simd();
  return HWY_DYNAMIC_DISPATCH(SelectReaching)(sums.data(), sums.size(), least_high, above_low, places.data());
}

}  // namespace kindling
#endif
