#include "base/simd/packed_block.h"

#include <array>
#include <utility>

#include "base/check.h"
#include "base/simd/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/simd/packed_block.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Four = hn::CappedTag<uint32_t, 4>;  // one lane where there are no vectors

// Row `kRow` of a block of `kBits`; all shifts are constants.
template <unsigned kBits, unsigned kRow>
HWY_INLINE hn::Vec<Four> Row(Four d, const uint32_t* HWY_RESTRICT packed) {
  if constexpr (kBits == 0) {
    return hn::Zero(d);
  } else if constexpr (kBits == 32) {
    return hn::LoadU(d, packed + 4 * kRow);
  } else {
    constexpr unsigned kWord = kRow * kBits / 32;
    constexpr unsigned kShift = kRow * kBits % 32;
    const auto mask = hn::Set(d, (uint32_t{1} << kBits) - 1);
    auto low = hn::ShiftRight<kShift>(hn::LoadU(d, packed + 4 * kWord));
    if constexpr (kShift + kBits > 32) {
      low = hn::Or(low, hn::ShiftLeft<32 - kShift>(hn::LoadU(d, packed + 4 * (kWord + 1))));
    }
    return hn::And(low, mask);
  }
}

// Rows after one another; ascending numbers carry the sum of the rows before.
template <unsigned kBits, bool kAscending, unsigned... kRows>
HWY_INLINE void Rows(const uint32_t* HWY_RESTRICT packed, uint32_t before, uint32_t* HWY_RESTRICT numbers,
                     std::integer_sequence<unsigned, kRows...>) {
  const Four d;
  for (size_t lane = 0; lane < 4; lane += hn::Lanes(d)) {
    const uint32_t* HWY_RESTRICT lanes = kBits == 0 ? packed : packed + lane;  // no words: may be null
    auto sum = hn::Set(d, before);
    const auto put = [&](auto row, size_t at) HWY_ATTR {
      if constexpr (kAscending) {
        sum = hn::Add(sum, row);
        hn::StoreU(sum, d, numbers + at);
      } else {
        hn::StoreU(row, d, numbers + at);
      }
    };
    (put(Row<kBits, kRows>(d, lanes), 4 * kRows + lane), ...);
  }
}

template <unsigned kBits, bool kAscending>
void Unpack(const uint32_t* HWY_RESTRICT packed, uint32_t before, uint32_t* HWY_RESTRICT numbers) {
  Rows<kBits, kAscending>(packed, before, numbers, std::make_integer_sequence<unsigned, 32>());
}

using Unpacker = void (*)(const uint32_t*, uint32_t, uint32_t*);

template <bool kAscending, unsigned... kBits>
constexpr std::array<Unpacker, 33> Unpackers(std::integer_sequence<unsigned, kBits...>) {
  return {&Unpack<kBits, kAscending>...};
}

void UnpackBlock(const uint32_t* packed, unsigned bits, uint32_t* numbers) {
  static constexpr auto kUnpackers = Unpackers<false>(std::make_integer_sequence<unsigned, 33>());
  kUnpackers[bits](packed, 0, numbers);
}

void UnpackAscending(const uint32_t* packed, unsigned bits, uint32_t before, uint32_t* numbers) {
  static constexpr auto kUnpackers = Unpackers<true>(std::make_integer_sequence<unsigned, 33>());
  kUnpackers[bits](packed, before, numbers);
}

}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <bit>

namespace kindling {

HWY_EXPORT(UnpackBlock);
HWY_EXPORT(UnpackAscending);

namespace {

using Distances = std::array<std::uint32_t, packed_block_size>;

Distances distances_of(BlockNumbers numbers, std::uint32_t before) {
  Distances distances{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    distances[i] = numbers[i] - (i < 4 ? before : numbers[i - 4]);
  }
  return distances;
}

}  // namespace

unsigned bits_for(BlockNumbers numbers) {
  std::uint32_t all = 0;
  for (const std::uint32_t number : numbers) all |= number;
  return static_cast<unsigned>(std::bit_width(all));
}

unsigned bits_for_ascending(BlockNumbers numbers, std::uint32_t before) {
  return bits_for(distances_of(numbers, before));
}

void pack_block(BlockNumbers numbers, unsigned bits, std::span<std::uint32_t> packed) {
  KINDLING_CHECK(bits <= 32 && packed.size() == packed_words(bits));
  std::fill(packed.begin(), packed.end(), 0);
  for (std::size_t i = 0; i < numbers.size() && bits > 0; ++i) {
    const std::size_t bit = i / 4 * bits;
    const std::size_t word = bit / 32 * 4 + i % 4;
    const unsigned shift = bit % 32;
    packed[word] |= numbers[i] << shift;
    if (shift + bits > 32) packed[word + 4] |= numbers[i] >> (32 - shift);
  }
}

void pack_ascending(BlockNumbers numbers, std::uint32_t before, unsigned bits,
                    std::span<std::uint32_t> packed) {
  pack_block(distances_of(numbers, before), bits, packed);
}

void unpack_block(std::span<const std::uint32_t> packed, unsigned bits, BlockNumbersOut numbers) {
  KINDLING_CHECK(bits <= 32 && packed.size() == packed_words(bits));
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(UnpackBlock)(packed.data(), bits, numbers.data());
}

void unpack_ascending(std::span<const std::uint32_t> packed, unsigned bits, std::uint32_t before,
                      BlockNumbersOut numbers) {
  KINDLING_CHECK(bits <= 32 && packed.size() == packed_words(bits));
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(UnpackAscending)(packed.data(), bits, before, numbers.data());
}

}  // namespace kindling
#endif
