// Short word lists, made when compiling, and simple lower-casing.
//
// Private to tokenizer/. Pure; safe from any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace kindling {

// A set of at most 256 words, written as one string with blanks between them.
class WordList {
 public:
  constexpr WordList() = default;
  explicit constexpr WordList(std::string_view words) : text_(words) {
    while (!words.empty()) {
      const std::size_t end = std::min(words.find(' '), words.size());
      if (end > 0) words_.at(size_++) = words.substr(0, end);
      words.remove_prefix(std::min(end + 1, words.size()));
    }
    std::sort(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(size_));
  }

  [[nodiscard]] constexpr bool contains(std::string_view word) const {
    return std::binary_search(begin(), end(), word);
  }
  [[nodiscard]] constexpr const std::string_view* begin() const { return words_.data(); }
  [[nodiscard]] constexpr const std::string_view* end() const { return words_.data() + size_; }
  [[nodiscard]] constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
  std::array<std::string_view, 256> words_{};
  std::size_t size_ = 0;
};

// Each code point's simple lower case; invalid bytes become U+FFFD.
[[nodiscard]] std::string lower_case(std::string_view word);

}  // namespace kindling
