// The longest token that a text begins with: a trie over bytes in one array (Aoe 1989, "double array").
//
// The children of a node lie at base + byte. No two nodes share a base, so that the byte alone tells whose
// child a cell is, and a cell is eight bytes.
//
// Private to tokenizer/. Immutable once built; safe from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace kindling {

class ByteTrie {
 public:
  static constexpr std::uint32_t none = (1u << 21) - 1;

  struct Entry {
    std::string_view bytes;  // not empty
    std::uint32_t token;     // < none
  };

  // Requires: no two entries of the same bytes.
  explicit ByteTrie(std::vector<Entry> entries);

  // The token of the longest entry that [p, end) begins with; `none` if there is none.
  [[nodiscard]] std::uint32_t longest(const char* p, const char* end) const {
    std::uint32_t token = none;
    std::uint32_t base = root_base_;
    for (; p < end; ++p) {
      const auto byte = static_cast<unsigned char>(*p);
      const Cell cell = cells_[base + byte];
      if ((cell.token_and_byte & byte_mask) != byte) break;
      base = cell.base;
      const std::uint32_t here = cell.token_and_byte >> byte_bits;
      token = here == none ? token : here;
    }
    return token;
  }

  // Calls `use(token, its size)` for every entry that [p, end) begins with, the shortest first.
  template <typename Use>
  void each_prefix(const char* p, const char* end, Use use) const {
    std::uint32_t base = root_base_;
    for (const char* at = p; at < end; ++at) {
      const auto byte = static_cast<unsigned char>(*at);
      const Cell cell = cells_[base + byte];
      if ((cell.token_and_byte & byte_mask) != byte) break;
      base = cell.base;
      if (const std::uint32_t token = cell.token_and_byte >> byte_bits; token != none)
        use(token, static_cast<std::size_t>(at + 1 - p));
    }
  }

 private:
  static constexpr unsigned byte_bits = 9;
  static constexpr std::uint32_t byte_mask = (1u << byte_bits) - 1;
  static constexpr std::uint32_t no_byte = 256;

  struct Cell {
    std::uint32_t base = 0;  // 0: no children; cells 0..255 are empty
    std::uint32_t token_and_byte = none << byte_bits | no_byte;
  };

  struct Range {
    std::size_t begin, end, depth;
    std::uint32_t cell;
  };

  std::uint32_t place(std::span<const unsigned char> children);
  void grow(std::size_t cells);
  [[nodiscard]] bool fits(std::size_t base, std::span<const unsigned char> children) const;

  std::vector<Cell> cells_;
  std::vector<bool> base_taken_;
  std::size_t first_free_ = 512;
  std::uint32_t root_base_ = 0;
};

}  // namespace kindling
