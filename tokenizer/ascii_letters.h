// Runs of ASCII letters, eight bytes at a time: most of most texts.
//
// Private to tokenizer/. Pure.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace kindling {

namespace ascii_letters {

inline constexpr std::uint64_t highs = 0x8080808080808080;
inline constexpr std::uint64_t ones = 0x0101010101010101;

// The high bit of every byte that is in [first, last], for ASCII bounds.
constexpr std::uint64_t in_range(std::uint64_t bytes, unsigned char first, unsigned char last) {
  const std::uint64_t low = bytes & ~highs;
  return (low + ones * (0x80u - first)) & ~(low + ones * (0x7fu - last)) & ~bytes & highs;
}

template <bool fold>
const char* end(const char* p, const char* end, char first, char last) {
  const auto a = static_cast<unsigned char>(first);
  const auto z = static_cast<unsigned char>(last);
  while (end - p >= 8) {
    std::uint64_t bytes;
    std::memcpy(&bytes, p, 8);
    if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
    if constexpr (fold) bytes |= ones * 0x20;
    const std::uint64_t others = in_range(bytes, a, z) ^ highs;
    if (others != 0) return p + (std::countr_zero(others) >> 3);
    p += 8;
  }
  const auto folded = [](char c) { return static_cast<unsigned char>(fold ? c | 0x20 : c); };
  while (p < end && folded(*p) >= a && folded(*p) <= z) ++p;
  return p;
}

}  // namespace ascii_letters

}  // namespace kindling
