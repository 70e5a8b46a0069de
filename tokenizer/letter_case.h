// Small letters and accents as Rust's standard library and Hugging Face `tokenizers` see them, character by
// character, without regard to the words around.
//
// Private to tokenizer/. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace kindling {

// Appends the small form of `c`, whose UTF-8 is `bytes`.
void append_small(char32_t c, std::string_view bytes, std::string& out);

// Whether StripAccents removes it: a combining mark.
[[nodiscard]] bool is_accent(char32_t c);

}  // namespace kindling
