// White space, as far as cutting text needs to know it. Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/span.h"

namespace kindling {

// Unicode's White_Space.
[[nodiscard]] bool is_blank(char32_t code_point);

// The span without white space at either end; empty (at its end) when there is nothing else.
[[nodiscard]] ByteSpan trimmed(std::string_view text, ByteSpan span);

// Whether white space that every tokenizer splits at stands somewhere in the span: a blank, a tab or a line
// end. (Form feeds and some others are dropped by BERT's normaliser, which joins the words around them.)
[[nodiscard]] bool has_plain_space(std::string_view text, ByteSpan span);

// The first and the last empty line of a span.
struct BlankLines {
  static constexpr std::uint32_t none = UINT32_MAX;
  std::uint32_t first = none;  // the end of the line before the first
  std::uint32_t last = none;   // the beginning of the line after the last
};
[[nodiscard]] BlankLines blank_lines(std::string_view text, ByteSpan span);

// Words with single blanks between them, at most about `bytes_max` long (cut between words where there are
// any).
[[nodiscard]] std::string words_on_one_line(std::string_view text, std::size_t bytes_max);

}  // namespace kindling
