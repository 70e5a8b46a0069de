// Grapheme clusters (UAX #29, Unicode 15.1 and later: with conjuncts of Indic scripts).
//
// Private to tokenizer/. Pure; safe from any thread. Text must be valid UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace kindling {

// The bytes of the character that begins with `lead`.
[[nodiscard]] inline std::size_t character_bytes(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

// Where the cluster that begins at `at` ends. Requires: at < text.size().
[[nodiscard]] std::size_t grapheme_end(std::string_view text, std::size_t at);

}  // namespace kindling
