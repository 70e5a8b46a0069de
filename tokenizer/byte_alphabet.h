// GPT-2's way of writing bytes as printable characters, used by all byte-level tokenizer.json files: printable
// bytes of Latin-1 stand for themselves, the 68 others for U+0100 and up.
//
// Private to tokenizer/. Pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/utf8.h"

namespace kindling {

class ByteAlphabet {
 public:
  ByteAlphabet() {
    byte_of_.fill(-1);
    std::int16_t next = 0x100;
    for (std::int16_t byte = 0; byte < 256; ++byte) {
      const bool itself = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
      byte_of_[static_cast<std::size_t>(itself ? byte : next++)] = byte;
    }
  }

  // The bytes that `token` is written for; absent where a character is not of the alphabet.
  [[nodiscard]] std::optional<std::string> bytes_of(std::string_view token) const {
    std::string bytes;
    for (std::size_t at = 0; at < token.size();) {
      const char32_t c = next_code_point(token, at);
      if (c >= byte_of_.size() || byte_of_[c] < 0) return std::nullopt;
      bytes.push_back(static_cast<char>(byte_of_[c]));
    }
    return bytes;
  }

 private:
  std::array<std::int16_t, 0x100 + 68> byte_of_;
};

}  // namespace kindling
