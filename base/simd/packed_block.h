// Blocks of 128 numbers in as many bits as the largest needs: how postings lie in memory.
//
// Vertical: number 4 r + l is in lane l of row r, so that four numbers unpack side by side (SIMD-BP128 of
// Lemire and Boytsov, "Decoding billions of integers per second through vectorization", 2015). Ascending
// numbers are kept as distances to the number four before, which one addition a row undoes.
//
// A block of `bits` takes 4 * bits words. All targets give the same numbers. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kindling {

inline constexpr std::size_t packed_block_size = 128;

using BlockNumbers = std::span<const std::uint32_t, packed_block_size>;
using BlockNumbersOut = std::span<std::uint32_t, packed_block_size>;

[[nodiscard]] constexpr std::size_t packed_words(unsigned bits) { return std::size_t{4} * bits; }

// Bits of the largest, 0 to 32.
[[nodiscard]] unsigned bits_for(BlockNumbers numbers);
// Of the distances of ascending numbers, all of them above or equal to `before`.
[[nodiscard]] unsigned bits_for_ascending(BlockNumbers numbers, std::uint32_t before);

// Require: packed.size() == packed_words(bits), bits <= 32; for packing, bits >= what bits_for says.
void pack_block(BlockNumbers numbers, unsigned bits, std::span<std::uint32_t> packed);
void pack_ascending(BlockNumbers numbers, std::uint32_t before, unsigned bits, std::span<std::uint32_t> packed);
void unpack_block(std::span<const std::uint32_t> packed, unsigned bits, BlockNumbersOut numbers);
void unpack_ascending(std::span<const std::uint32_t> packed, unsigned bits, std::uint32_t before,
                      BlockNumbersOut numbers);

// One number of a block that is not ascending, without the others. Requires: i < packed_block_size, bits <= 32.
[[nodiscard]] inline std::uint32_t unpack_one(std::span<const std::uint32_t> packed, unsigned bits,
                                              std::size_t i) {
  if (bits == 0) return 0;
  const std::size_t bit = i / 4 * bits;
  const std::size_t word = bit / 32 * 4 + i % 4;
  const unsigned shift = bit % 32;
  std::uint64_t both = packed[word];
  if (shift + bits > 32) both |= std::uint64_t{packed[word + 4]} << 32;
  return static_cast<std::uint32_t>(both >> shift & ((std::uint64_t{1} << bits) - 1));
}

}  // namespace kindling
