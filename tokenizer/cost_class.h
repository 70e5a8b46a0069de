// Kinds of characters that cost a byte-level BPE about the same: what the estimator and calibration count.
//
// Private to tokenizer/. Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kindling {

enum class CostClass : std::uint8_t {
  none,   // before the text
  lower,  // a-z but the next
  rare,   // j k q v w x z: words that hold them are cut sooner
  upper,
  digit,
  space,
  tab,
  newline,
  sign,        // ASCII punctuation and symbols
  latin,       // letters of the other Latin blocks
  vietnamese,  // U+1EA0..U+1EFF
  greek,
  cyrillic,
  hebrew,
  arabic,
  devanagari,
  indic,  // Bengali to Sinhala
  thai,
  south_east,  // Lao, Tibetan, Burmese, Khmer
  caucasian,   // Armenian, Georgian
  kana,
  han,
  hangul,
  wide_sign,  // punctuation of East Asia, full-width forms
  quote,      // general punctuation: dashes, curly quotation marks
  astral,     // beyond the BMP, and rare Han
  other,
};
inline constexpr std::size_t cost_class_count = static_cast<std::size_t>(CostClass::other) + 1;

// Requires: c < 0x80.
[[nodiscard]] constexpr CostClass ascii_cost_class(unsigned char c) {
  if (c >= 'a' && c <= 'z') {
    return std::string_view("jkqvwxz").find(static_cast<char>(c)) == std::string_view::npos ? CostClass::lower
                                                                                            : CostClass::rare;
  }
  if (c >= 'A' && c <= 'Z') return CostClass::upper;
  if (c >= '0' && c <= '9') return CostClass::digit;
  if (c == ' ') return CostClass::space;
  if (c == '\t') return CostClass::tab;
  return c == '\n' || c == '\r' ? CostClass::newline : CostClass::sign;
}

// Requires: c >= 0x80.
[[nodiscard]] CostClass wide_cost_class(char32_t c);

}  // namespace kindling
