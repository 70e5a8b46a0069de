// Byte ranges and sizes that travel through all rooms.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace kindling {

// Half-open range of bytes [begin, end) in a text or file. Texts are at most 4 GiB (see limits in formats/text.h).
struct ByteSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  [[nodiscard]] std::uint32_t size() const { return end - begin; }
  [[nodiscard]] bool empty() const { return begin == end; }
  [[nodiscard]] bool contains(ByteSpan inner) const { return begin <= inner.begin && inner.end <= end; }
  [[nodiscard]] bool overlaps(ByteSpan other) const { return begin < other.end && other.begin < end; }
  friend auto operator<=>(const ByteSpan&, const ByteSpan&) = default;
};

// Requires: span.end <= text.size().
[[nodiscard]] inline std::string_view slice(std::string_view text, ByteSpan span) {
  return text.substr(span.begin, span.size());
}

// A number of model tokens, and how far it can be trusted: the true count is at most `tokens_max`.
// An exact tokenizer gives tokens == tokens_max.
struct TokenCount {
  std::uint64_t tokens = 0;
  std::uint64_t tokens_max = 0;

  TokenCount& operator+=(TokenCount other) {
    tokens += other.tokens;
    tokens_max += other.tokens_max;
    return *this;
  }
  friend TokenCount operator+(TokenCount a, TokenCount b) { return a += b; }
  friend bool operator==(const TokenCount&, const TokenCount&) = default;
};

}  // namespace kindling
