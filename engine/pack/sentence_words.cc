#include "engine/pack/sentence_words.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace kindling {
namespace {

constexpr std::size_t block_bytes = 64;
using Block = std::array<std::uint64_t, block_bytes / 8>;

// Eight bytes at a time, each in its place; the answer of a test is the highest bit of each byte.
constexpr std::uint64_t each(std::uint64_t byte) { return byte * 0x0101010101010101ull; }
constexpr std::uint64_t highest = each(0x80);

// Requires: no byte of `bytes` above 0x7f.
std::uint64_t between(std::uint64_t bytes, char first, char last) {
  const std::uint64_t reached = bytes + each(0x80u - static_cast<unsigned char>(first));
  const std::uint64_t passed = bytes + each(0x7fu - static_cast<unsigned char>(last));
  return reached & ~passed & highest;
}

std::uint64_t equal_to(std::uint64_t bytes, std::uint64_t byte) {
  const std::uint64_t other = bytes ^ each(byte);
  return ~(((other & ~highest) + ~highest) | other) & highest;
}

std::uint64_t in_word(std::uint64_t bytes) {
  const std::uint64_t ascii = bytes & ~highest;
  return (between(ascii | each(0x20), 'a', 'z') | between(ascii, '0', '9') | bytes) & highest;
}

std::uint64_t may_begin_a_sign(std::uint64_t bytes) { return equal_to(bytes, 0xe2) | equal_to(bytes, 0xc2); }

// A bit for each byte of a block.
template <typename Test>
std::uint64_t bits_of(const Block& block, const Test& test) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < block.size(); ++i)
    bits |= ((test(block[i]) >> 7) * 0x0102040810204080ull >> 56) << 8 * i;
  return bits;
}

bool is_ascii(const Block& block) {
  std::uint64_t all = 0;
  for (const std::uint64_t bytes : block) all |= bytes;
  return (all & highest) == 0;
}

// Bytes of the sign at `at`; 0 where a word goes on.
std::size_t sign_bytes(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned next = byte(at + 1);
  if (byte(at) == 0xe2 && (next == 0x80 || next == 0x81)) return std::min<std::size_t>(3, text.size() - at);
  return byte(at) == 0xc2 && (next == 0xa0 || next == 0xab || next == 0xad || next == 0xbb) ? 2 : 0;
}

}  // namespace

std::uint64_t word_bits(std::string_view text, std::size_t begin, std::uint64_t& spilled) {
  Block block;
  if (const std::size_t left = text.size() - begin; left >= block_bytes) {
    std::memcpy(block.data(), text.data() + begin, block_bytes);
  } else {
    block.fill(0);
    std::memcpy(block.data(), text.data() + begin, left);
  }
  std::uint64_t bits = bits_of(block, in_word);
  if (is_ascii(block)) {
    bits &= ~spilled;
    spilled = 0;
    return bits;
  }
  std::uint64_t leads = bits_of(block, may_begin_a_sign) & ~spilled;
  bits &= ~spilled;
  spilled = 0;
  while (leads != 0) {
    const auto at = static_cast<unsigned>(std::countr_zero(leads));
    const std::size_t size = sign_bytes(text, begin + at);
    const std::uint64_t sign = (std::uint64_t{1} << size) - 1;
    bits &= ~(sign << at);
    leads &= ~((sign | 1) << at);
    if (at + size > block_bytes) spilled = sign >> (block_bytes - at);
  }
  return bits;
}

}  // namespace kindling
