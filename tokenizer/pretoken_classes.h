// What the pre-tokenising patterns of byte-level BPE ask of a character: its general category, coarsely.
//
// tiktoken (Rust's regex crate) and Hugging Face tokenizers (Oniguruma) both know Unicode 16.0, ICU 72 knows
// 15.0: the characters assigned between are added here. Equal to both over all code points
// (benchmarks/peers/tokens_exact.py).
//
// Private to tokenizer/. Built once, immutable; safe from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kindling {

namespace pretoken_class {
inline constexpr std::uint8_t upper = 1;      // Lu, Lt
inline constexpr std::uint8_t lower = 2;      // Ll
inline constexpr std::uint8_t caseless = 4;   // Lm, Lo
inline constexpr std::uint8_t mark = 8;       // Mn, Mc, Me
inline constexpr std::uint8_t number = 16;    // Nd, Nl, No
inline constexpr std::uint8_t space = 32;     // White_Space
inline constexpr std::uint8_t line_end = 64;  // CR, LF; `space` too
inline constexpr std::uint8_t symbol = 128;   // P, S
inline constexpr std::uint8_t letter = upper | lower | caseless;
}  // namespace pretoken_class

class PretokenClasses {
 public:
  // The table of the process.
  [[nodiscard]] static const PretokenClasses& shared();

  [[nodiscard]] std::uint8_t ascii(unsigned char c) const { return pages_[c]; }
  // Requires: c <= 0x10ffff.
  [[nodiscard]] std::uint8_t of(char32_t c) const { return pages_[(page_[c >> 8] << 8) | (c & 0xff)]; }

 private:
  PretokenClasses();

  std::array<std::uint16_t, 0x1100> page_;
  std::vector<std::uint8_t> pages_;  // those that differ, each once; the first is U+0000..U+00FF
};

}  // namespace kindling
