// The words of a sentence, as sentences are compared: runs of letters, digits and bytes beyond ASCII.
//
// No part of a word are, beside ASCII's other characters, the signs in which two renderings of one page differ:
// general punctuation (curly quotes, dashes, bullets), guillemets, the no-break space and the soft hyphen.
//
// The ends of words are found as bits, 64 bytes at a time: a loop over bytes pays for a mispredicted branch at
// each word. Pure; safe from any thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kindling {

// Of the 64 bytes of `text` at `begin` (fewer at its end), a bit for each that belongs to a word. `spilled`:
// bits of signs that reach into the next 64; 0 at first, given back as it was left.
[[nodiscard]] std::uint64_t word_bits(std::string_view text, std::size_t begin, std::uint64_t& spilled);

// Calls take(begin, end) for each word of `text`, in order.
template <typename Take>
void each_word(std::string_view text, const Take& take) {
  std::uint64_t spilled = 0;
  std::size_t begin = 0;
  bool inside = false;
  for (std::size_t block = 0; block < text.size(); block += 64) {
    const std::uint64_t word = word_bits(text, block, spilled);
    std::uint64_t turns = word ^ (word << 1 | (inside ? 1u : 0u));  // where a word begins, or has ended
    for (; turns != 0; turns &= turns - 1) {
      const std::size_t at = block + static_cast<std::size_t>(std::countr_zero(turns));
      if (inside) {
        take(begin, at);
      } else {
        begin = at;
      }
      inside = !inside;
    }
  }
  if (inside) take(begin, text.size());
}

}  // namespace kindling
