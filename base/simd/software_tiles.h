// The tiles of tiles.h in software: eight registers of sixteen rows of 64 bytes, each operation as Intel's
// manual defines it. Slow, and what the processor's tiles are held against.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kindling {

// What LDTILECFG reads.
struct TileShapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};
static_assert(sizeof(TileShapes) == 64);

class SoftwareTiles {
 public:
  void configure(const TileShapes& shapes);  // LDTILECFG: all tiles become zero
  void release() { configure({.palette = 0}); }
  void zero(unsigned tile);
  void load(unsigned tile, const void* from, std::size_t row_step);
  void store(unsigned tile, void* to, std::size_t row_step) const;
  void multiply_bytes(unsigned to, unsigned signed_bytes, unsigned unsigned_bytes);  // TDPBSUD
  void multiply_bf16(unsigned to, unsigned left, unsigned right);                    // TDPBF16PS

 private:
  static constexpr std::size_t rows_max = 16, bytes_max = 64;
  struct Tile {
    std::size_t rows = 0, row_bytes = 0;
    alignas(64) std::uint8_t bytes[rows_max][bytes_max] = {};
  };
  Tile tiles_[8];
};

}  // namespace kindling
