// Tokens by their bytes: an open hash table over borrowed strings, for opening vocabularies quickly.
//
// Private to tokenizer/. Not safe while it is added to.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace kindling {

class SpellingIndex {
 public:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  explicit SpellingIndex(std::size_t entries) : slots_(std::bit_ceil(entries * 2 + 16)) {
    spellings_.reserve(entries);
  }

  // False if the bytes were added before. Requires: not more entries than announced, value < none.
  bool add(std::string_view bytes, std::uint32_t value) {
    const std::uint64_t mixed = hash(bytes);
    std::size_t slot = mixed & (slots_.size() - 1);
    for (; slots_[slot].entry != none; slot = (slot + 1) & (slots_.size() - 1))
      if (slots_[slot].tag == tag_of(mixed) && spellings_[slots_[slot].entry].bytes == bytes) return false;
    slots_[slot] = {tag_of(mixed), static_cast<std::uint32_t>(spellings_.size())};
    spellings_.push_back({bytes, value});
    return true;
  }

  [[nodiscard]] std::uint32_t find(std::string_view bytes) const {
    const std::uint64_t mixed = hash(bytes);
    std::size_t slot = mixed & (slots_.size() - 1);
    for (; slots_[slot].entry != none; slot = (slot + 1) & (slots_.size() - 1)) {
      if (slots_[slot].tag != tag_of(mixed)) continue;
      const Spelling& found = spellings_[slots_[slot].entry];
      if (found.bytes == bytes) return found.value;
    }
    return none;
  }

 private:
  // Eight bytes, so that a miss, as most look-ups are, touches one line.
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t entry = none;
  };
  struct Spelling {
    std::string_view bytes;
    std::uint32_t value;
  };

  static std::uint32_t tag_of(std::uint64_t mixed) { return static_cast<std::uint32_t>(mixed >> 32); }

  static std::uint64_t hash(std::string_view bytes) {
    std::uint64_t state = bytes.size() * 0x9e3779b97f4a7c15;
    const auto stir = [&state](std::uint64_t word) {
      state = (state ^ word) * 0xd6e8feb86659fd93;
      state ^= state >> 32;
    };
    std::size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8) {
      std::uint64_t word;
      std::memcpy(&word, bytes.data() + at, 8);
      stir(word);
    }
    std::uint64_t word = 0;
    if (at < bytes.size()) std::memcpy(&word, bytes.data() + at, bytes.size() - at);
    stir(word);
    return state * 0x9e3779b97f4a7c15 ^ state >> 29;
  }

  std::vector<Slot> slots_;
  std::vector<Spelling> spellings_;
};

}  // namespace kindling
