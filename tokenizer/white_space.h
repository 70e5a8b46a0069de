// White space as Rust's `char::is_whitespace` has it (the property White_Space).
//
// Private to tokenizer/. Pure.
#pragma once

#include <string_view>

#include "base/utf8.h"

namespace kindling {

[[nodiscard]] constexpr bool is_white_space(char32_t c) {
  return (c >= 0x9 && c <= 0xd) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

// Whether the character at `at`, which moves past it, is white space.
[[nodiscard]] inline bool take_white_space(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead > 0x20 && lead < 0x80) {
    ++at;
    return false;
  }
  return is_white_space(next_code_point(text, at));
}

}  // namespace kindling
