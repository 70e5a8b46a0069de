// Products of tiles: Intel's AMX (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2; tiles
// of at most 16 rows of 64 bytes), over a policy of its six operations, so that the same loops run on the
// processor's tiles and on a model of them in software, which follows the manual's definitions and proves the
// packing, the edges and the loops on every machine.
//
// The processor's tiles are used only where cpuid has them (tiles, eight bits and bfloat16), the system lets
// this process use them (asked once), and a small product comes out as the model has it. Thread-safe; a session
// belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace kindling {

inline constexpr std::size_t tile_rows = 16;        // of one tile; a block of weights is two tiles of rows
inline constexpr std::size_t tile_words = 16;       // of 32 bits, in one row of a tile
inline constexpr std::size_t tile_block_rows = 32;  // outputs

// One block of weights (packed_linear.h: 32 rows, 16 steps together) and a panel of activations:
//   sums[row][column] = sum over steps and the numbers in a word of weights * panel.
struct TileWork {
  const std::int32_t* weights = nullptr;  // [steps / 16][32][16]
  const std::uint32_t* panel = nullptr;   // [steps][columns]
  std::size_t steps = 0;                  // a multiple of 16
  std::size_t columns = 0;                // a multiple of 16
  void* sums = nullptr;                   // [32][stride] of 32 bits: integers or floats
  std::size_t stride = 0;
};

// Whether the processor's tiles are there and are right.
[[nodiscard]] bool tiles_are_native();

class SoftwareTiles;

// Tiles that are set up for products of blocks, until the session ends: the processor's, or the model.
class TileSession {
 public:
  explicit TileSession(bool native = tiles_are_native());
  ~TileSession();
  TileSession(const TileSession&) = delete;
  TileSession& operator=(const TileSession&) = delete;

  // Signed bytes of weights, unsigned bytes of activations, 32-bit sums.
  void multiply_int8(const TileWork& work);
  // bfloat16 of both, sums in single precision, subnormal numbers taken as zero.
  void multiply_bf16(const TileWork& work);

 private:
  std::unique_ptr<SoftwareTiles> software_;  // null: the processor's
};

}  // namespace kindling
