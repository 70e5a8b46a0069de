#include "tokenizer/byte_trie.h"

#include <algorithm>

namespace kindling {

ByteTrie::ByteTrie(std::vector<Entry> entries) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.bytes < b.bytes; });
  grow(1024);
  std::vector<Range> pending = {{0, entries.size(), 0, 0}};
  std::vector<unsigned char> children;
  std::vector<std::size_t> starts;
  while (!pending.empty()) {
    const Range range = pending.back();
    pending.pop_back();
    children.clear();
    starts.clear();
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const auto byte = static_cast<unsigned char>(entries[i].bytes[range.depth]);
      if (!children.empty() && children.back() == byte) continue;
      children.push_back(byte);
      starts.push_back(i);
    }
    starts.push_back(range.end);
    const std::uint32_t base = place(children);
    (range.depth == 0 ? root_base_ : cells_[range.cell].base) = base;
    for (std::size_t child = 0; child < children.size(); ++child) {
      std::size_t begin = starts[child];
      const bool is_token = entries[begin].bytes.size() == range.depth + 1;
      const std::uint32_t token = is_token ? entries[begin].token : none;
      const std::uint32_t cell = base + children[child];
      cells_[cell].token_and_byte = token << byte_bits | children[child];
      if (is_token) ++begin;
      if (begin < starts[child + 1]) pending.push_back({begin, starts[child + 1], range.depth + 1, cell});
    }
  }
  base_taken_ = {};
}

// A base whose cells for all `children` are empty; empty children (an empty vocabulary) get one too.
std::uint32_t ByteTrie::place(std::span<const unsigned char> children) {
  constexpr std::size_t tries_max = 48;  // then the end of the array, which is empty
  const std::size_t first = children.empty() ? 0 : children.front();
  while (cells_[first_free_].token_and_byte >> byte_bits != none ||
         (cells_[first_free_].token_and_byte & byte_mask) != no_byte) {
    if (++first_free_ + 512 > cells_.size()) grow(cells_.size() * 2);
  }
  std::size_t tries = 0;
  for (std::size_t base = first_free_ - first;; ++base) {
    if (++tries == tries_max) base = std::max(base, base_taken_.size());
    if (base + 512 > cells_.size()) grow(base + base / 2 + 1024);
    if (!fits(base, children)) continue;
    if (base >= base_taken_.size()) base_taken_.resize(base + 1);
    base_taken_[base] = true;
    return static_cast<std::uint32_t>(base);
  }
}

bool ByteTrie::fits(std::size_t base, std::span<const unsigned char> children) const {
  if (base < 256 || (base < base_taken_.size() && base_taken_[base])) return false;
  return std::all_of(children.begin(), children.end(), [&](unsigned char byte) {
    return (cells_[base + byte].token_and_byte & byte_mask) == no_byte;
  });
}

void ByteTrie::grow(std::size_t cells) { cells_.resize(std::max(cells, cells_.size())); }

}  // namespace kindling
