// UTF-8 (RFC 3629) at the level of code points. Everything that needs Unicode's tables is in tokenizer/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kindling {

inline constexpr char32_t replacement_character = 0xfffd;

// The code point at `at`, which moves past it. An invalid sequence gives U+FFFD and moves past its maximal prefix (the
// practice that Unicode chapter 3 recommends). Requires: at < text.size().
[[nodiscard]] char32_t next_code_point(std::string_view text, std::size_t& at);

void append_utf8(std::string& out, char32_t code_point);

// The length of the longest valid prefix.
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view text);
[[nodiscard]] inline bool is_valid_utf8(std::string_view text) { return valid_utf8_prefix(text) == text.size(); }

// The text with each invalid sequence replaced by U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

// The largest boundary between code points that is <= at.
[[nodiscard]] std::size_t floor_code_point(std::string_view text, std::size_t at);

}  // namespace kindling
