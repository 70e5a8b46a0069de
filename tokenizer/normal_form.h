// Unicode normalisation (UAX #15), done only where a text needs it.
//
// Private to tokenizer/. Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kindling {

enum class NormalForm : std::uint8_t {
  none,
  nfc,  // of ICU's Unicode
  // As Hugging Face `tokenizers` has them, whose tables are older (unicode_ages.h).
  old_nfc,
  old_nfkc,
  old_nfd,
  old_nfkd,
};

// Whether `text` is in the form already. Text below U+0300 is always NFC, and is answered at memory speed.
[[nodiscard]] bool is_normalised(std::string_view text, NormalForm form);

// Requires: valid UTF-8.
[[nodiscard]] std::string normalised(std::string_view text, NormalForm form);

}  // namespace kindling
