// What bytes are, as far as their beginning and their name tell.
//
// Pure functions; safe from any thread.
#pragma once

#include <string_view>

#include "base/result.h"

namespace kindling {

inline constexpr std::size_t sniffed_bytes = 64u << 10;  // how much of the beginning is looked at

// For bytes of no format that is read here: an `unsupported` error that says what they seem to be and what to
// do.
[[nodiscard]] Error unsupported_content(std::string_view name, std::string_view bytes);

// Whether the name ends like a source file of a programming language: then every block of the text is code.
[[nodiscard]] bool is_source_code_name(std::string_view name);

// UTF-16 without a byte order mark, as told by where its NUL bytes stand.
enum class Utf16Guess { no, little_endian, big_endian };
[[nodiscard]] Utf16Guess guess_utf16(std::string_view bytes);

}  // namespace kindling
