// Kinds of characters, as the rooms of words and sentences ask for them: tables for ASCII, ICU's for the rest.
//
// Private to tokenizer/. Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kindling {

[[nodiscard]] inline bool is_ascii_upper(char32_t c) { return c >= 'A' && c <= 'Z'; }
[[nodiscard]] inline bool is_ascii_lower(char32_t c) { return c >= 'a' && c <= 'z'; }
[[nodiscard]] inline bool is_ascii_digit(char32_t c) { return c >= '0' && c <= '9'; }
[[nodiscard]] inline bool is_ascii_letter(char32_t c) { return is_ascii_lower(c | 0x20); }

[[nodiscard]] bool is_white_space(char32_t c);  // Unicode White_Space, and U+FEFF
[[nodiscard]] bool is_upper(char32_t c);        // upper case or title case
[[nodiscard]] bool is_lower(char32_t c);
[[nodiscard]] bool is_digit(char32_t c);    // general category Nd
[[nodiscard]] bool is_letter(char32_t c);   // Alphabetic
[[nodiscard]] bool is_mark(char32_t c);     // general categories Mn, Mc, Me
[[nodiscard]] bool is_opening(char32_t c);  // opening brackets and quotation marks, the ambiguous " and ' too
[[nodiscard]] bool is_closing(char32_t c);

// The code point that ends at `end`. Invalid bytes give U+FFFD one at a time. Requires: end > 0.
[[nodiscard]] char32_t code_point_before(std::string_view text, std::size_t end, std::size_t& begin);

}  // namespace kindling
