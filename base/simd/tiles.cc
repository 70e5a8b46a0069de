#include "base/simd/tiles.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "base/simd/software_tiles.h"

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace kindling {
namespace {

// Tiles 0 to 3 hold sums, two by two; 4 and 5 the weights' rows, 6 and 7 the columns.
constexpr TileShapes all_whole = [] {
  TileShapes shapes;
  for (std::size_t i = 0; i < 8; ++i) {
    shapes.rows[i] = tile_rows;
    shapes.row_bytes[i] = tile_words * sizeof(std::uint32_t);
  }
  return shapes;
}();

// The policy that is a model of the processor's.
class ModelTiles {
 public:
  explicit ModelTiles(SoftwareTiles& tiles) : tiles_(tiles) {}
  template <unsigned kTile>
  void zero() {
    tiles_.zero(kTile);
  }
  template <unsigned kTile>
  void load(const void* from, std::size_t row_step) {
    tiles_.load(kTile, from, row_step);
  }
  template <unsigned kTile>
  void store(void* to, std::size_t row_step) {
    tiles_.store(kTile, to, row_step);
  }
  template <unsigned kTo, unsigned kLeft, unsigned kRight>
  void multiply_bytes() {
    tiles_.multiply_bytes(kTo, kLeft, kRight);
  }
  template <unsigned kTo, unsigned kLeft, unsigned kRight>
  void multiply_bf16() {
    tiles_.multiply_bf16(kTo, kLeft, kRight);
  }

 private:
  SoftwareTiles& tiles_;
};

#if defined(__x86_64__) && defined(__linux__)

// The processor's own. In the assembler's words, as the compiler's take tiles only by written number.
class ProcessorTiles {
 public:
  static void configure(const TileShapes& shapes) { asm volatile("ldtilecfg %0" ::"m"(shapes) : "memory"); }
  static void release() { asm volatile("tilerelease" ::: "memory"); }
  template <unsigned kTile>
  void zero() {
    asm volatile("tilezero %%tmm%c0" ::"n"(kTile));
  }
  template <unsigned kTile>
  void load(const void* from, std::size_t row_step) {
    asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(row_step), "n"(kTile) : "memory");
  }
  template <unsigned kTile>
  void store(void* to, std::size_t row_step) {
    asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(row_step), "n"(kTile) : "memory");
  }
  template <unsigned kTo, unsigned kLeft, unsigned kRight>
  void multiply_bytes() {  // the last operand is the first of the manual
    asm volatile("tdpbsud %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"n"(kTo), "n"(kLeft), "n"(kRight));
  }
  template <unsigned kTo, unsigned kLeft, unsigned kRight>
  void multiply_bf16() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"n"(kTo), "n"(kLeft), "n"(kRight));
  }
};

struct CpuId {
  unsigned a = 0, b = 0, c = 0, d = 0;

  CpuId(unsigned leaf, unsigned subleaf) {
    asm volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(leaf), "c"(subleaf));
  }
};

// cpuid's word on tiles, bfloat16 and eight bits in them, the system's on keeping them, and its leave.
bool processor_has_tiles() {
  if (CpuId(0, 0).a < 7) return false;
  constexpr unsigned xgetbv_works = 1u << 27, all = (1u << 22) | (1u << 24) | (1u << 25);
  if ((CpuId(1, 0).c & xgetbv_works) == 0 || (CpuId(7, 0).d & all) != all) return false;
  unsigned low = 0, high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  constexpr unsigned kept = (1u << 17) | (1u << 18);
  if ((low & kept) != kept) return false;
  constexpr long ask_leave = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM
  return ::syscall(SYS_arch_prctl, ask_leave, tile_data) == 0;
}

#else

// Never used there.
class ProcessorTiles {
 public:
  static void configure(const TileShapes&) {}
  static void release() {}
  template <unsigned>
  void zero() {}
  template <unsigned>
  void load(const void*, std::size_t) {}
  template <unsigned>
  void store(void*, std::size_t) {}
  template <unsigned, unsigned, unsigned>
  void multiply_bytes() {}
  template <unsigned, unsigned, unsigned>
  void multiply_bf16() {}
};

bool processor_has_tiles() { return false; }

#endif

struct Bytes {
  template <unsigned kTo, unsigned kLeft, unsigned kRight, class Tiles>
  static void multiply(Tiles& tiles) {
    tiles.template multiply_bytes<kTo, kLeft, kRight>();
  }
};

struct Brains {  // bfloat16
  template <unsigned kTo, unsigned kLeft, unsigned kRight, class Tiles>
  static void multiply(Tiles& tiles) {
    tiles.template multiply_bf16<kTo, kLeft, kRight>();
  }
};

// 32 rows and one or two tiles of columns from `column` on.
template <class Numbers, bool kTwo, class Tiles>
void multiply_columns(Tiles& tiles, const TileWork& work, std::size_t column) {
  constexpr std::size_t row_step = tile_words * sizeof(std::uint32_t);
  const std::size_t panel_step = work.columns * sizeof(std::uint32_t);
  const std::int32_t* weights = work.weights;
  const std::uint32_t* panel = work.panel + column;
  tiles.template zero<0>();
  tiles.template zero<2>();
  if constexpr (kTwo) {
    tiles.template zero<1>();
    tiles.template zero<3>();
  }
  for (std::size_t step = 0; step < work.steps; step += tile_words) {
    tiles.template load<4>(weights, row_step);
    tiles.template load<6>(panel, panel_step);
    Numbers::template multiply<0, 4, 6>(tiles);
    tiles.template load<5>(weights + tile_rows * tile_words, row_step);
    Numbers::template multiply<2, 5, 6>(tiles);
    if constexpr (kTwo) {
      tiles.template load<7>(panel + tile_words, panel_step);
      Numbers::template multiply<1, 4, 7>(tiles);
      Numbers::template multiply<3, 5, 7>(tiles);
    }
    weights += tile_block_rows * tile_words;
    panel += tile_words * work.columns;
  }
  auto* sums = static_cast<std::uint32_t*>(work.sums) + column;
  const std::size_t sums_step = work.stride * sizeof(std::uint32_t);
  tiles.template store<0>(sums, sums_step);
  tiles.template store<2>(sums + tile_rows * work.stride, sums_step);
  if constexpr (kTwo) {
    tiles.template store<1>(sums + tile_words, sums_step);
    tiles.template store<3>(sums + tile_rows * work.stride + tile_words, sums_step);
  }
}

template <class Numbers, class Tiles>
void multiply_block(Tiles tiles, const TileWork& work) {
  std::size_t column = 0;
  for (; column + 2 * tile_words <= work.columns; column += 2 * tile_words)
    multiply_columns<Numbers, true>(tiles, work, column);
  if (column < work.columns) multiply_columns<Numbers, false>(tiles, work, column);
}

// Small products whose sums are exact in any order, of both kinds, on the processor and on its model.
bool processor_agrees() {
  constexpr std::size_t steps = 2 * tile_words, columns = 3 * tile_words;
  std::vector<std::int32_t> bytes(steps * tile_block_rows), brains(bytes.size());
  std::vector<std::uint32_t> byte_panel(steps * columns), brain_panel(byte_panel.size());
  // Whole numbers of at most three bits, which bfloat16 holds.
  const auto brain = [](int value) { return std::bit_cast<std::uint32_t>(static_cast<float>(value)) >> 16; };
  std::uint32_t random = 1;
  const auto next = [&random] { return random = random * 1'664'525u + 1'013'904'223u; };
  const auto pair = [&] {
    const int low = static_cast<int>(next() >> 29) - 4, high = static_cast<int>(next() >> 29) - 4;
    return brain(low) | brain(high) << 16;
  };
  for (std::int32_t& word : bytes) word = static_cast<std::int32_t>(next() ^ next() >> 16);
  for (std::uint32_t& word : byte_panel) word = next() ^ next() >> 16;
  for (std::int32_t& word : brains) word = static_cast<std::int32_t>(pair());
  for (std::uint32_t& word : brain_panel) word = pair();
  std::vector<std::uint32_t> sums[2], brain_sums[2];
  for (const bool native : {false, true}) {
    TileSession session(native);
    for (auto* each : {&sums[native], &brain_sums[native]}) each->resize(tile_block_rows * columns);
    session.multiply_int8({bytes.data(), byte_panel.data(), steps, columns, sums[native].data(), columns});
    session.multiply_bf16(
        {brains.data(), brain_panel.data(), steps, columns, brain_sums[native].data(), columns});
  }
  return sums[0] == sums[1] && brain_sums[0] == brain_sums[1];
}

}  // namespace

bool tiles_are_native() {
  static const bool native = processor_has_tiles() && processor_agrees();
  return native;
}

TileSession::TileSession(bool native) {
  if (native) {
    ProcessorTiles::configure(all_whole);
  } else {
    software_ = std::make_unique<SoftwareTiles>();
    software_->configure(all_whole);
  }
}

TileSession::~TileSession() {
  if (!software_) ProcessorTiles::release();
}

void TileSession::multiply_int8(const TileWork& work) {
  if (software_) return multiply_block<Bytes>(ModelTiles(*software_), work);
  multiply_block<Bytes>(ProcessorTiles(), work);
}

void TileSession::multiply_bf16(const TileWork& work) {
  if (software_) return multiply_block<Brains>(ModelTiles(*software_), work);
  multiply_block<Brains>(ProcessorTiles(), work);
}

}  // namespace kindling
