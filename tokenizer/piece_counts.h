// How many tokens the words met lately have: a small table that remembers the last word of each place.
//
// A word of up to 14 bytes, its length and its count fill one cell of 16 bytes, so that a look-up is one load
// of the text, one hash and one load of the cell. Private to tokenizer/. Belongs to one call at a time.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

namespace kindling {

class PieceCounts {
 public:
  static constexpr std::size_t bytes_max = 14;

  PieceCounts() : cells_(std::size_t{1} << bits) {}

  struct Key {
    std::uint64_t low = 0, high = 0;
  };

  // The key of [p, p + size). Requires: size <= bytes_max, 16 readable bytes at p.
  static Key key_of(const char* p, std::size_t size) {
    static_assert(std::endian::native == std::endian::little);
    Key key;
    std::memcpy(&key.low, p, 8);
    std::memcpy(&key.high, p + 8, 8);
    const std::size_t bits_kept = size * 8;
    const std::uint64_t mask = ~std::uint64_t{0} >> (-bits_kept & 63);  // of the last, partly used word
    if (size <= 8) {
      key.low &= mask;
      key.high = 0;
    } else {
      key.high &= mask;
    }
    key.high |= std::uint64_t{size} << 56;
    return key;
  }

  struct Cell {
    std::uint64_t low = 0, high = 0;  // of high: byte 7 the length, byte 6 the count
  };

  [[nodiscard]] Cell& cell_of(Key key) {
    const std::uint64_t mixed = (key.low ^ std::rotl(key.high, 29)) * 0x9e3779b97f4a7c15;
    return cells_[(mixed ^ mixed >> 32) * 0xd6e8feb86659fd93 >> (64 - bits)];
  }
  static bool holds(const Cell& cell, Key key) {
    return cell.low == key.low && (cell.high & ~count_mask) == key.high;
  }
  static std::size_t count_in(const Cell& cell) { return cell.high >> 48 & 0xff; }
  static void put(Cell& cell, Key key, std::size_t count) {
    cell = {key.low, key.high | std::uint64_t{count} << 48};
  }

 private:
  static constexpr unsigned bits = 13;
  static constexpr std::uint64_t count_mask = std::uint64_t{0xff} << 48;

  std::vector<Cell> cells_;
};

}  // namespace kindling
