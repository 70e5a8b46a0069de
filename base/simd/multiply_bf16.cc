#include "base/simd/multiply_bf16.h"

#include <bit>
#include <optional>

#include "base/check.h"
#include "base/simd/dispatch.h"
#include "base/simd/tiles.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/simd/multiply_bf16.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "base/simd/panel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace {

using U32 = hn::ScalableTag<uint32_t>;
using VU32 = hn::Vec<U32>;

// One panel: [steps][columns] of 32 bits, each two numbers of one column.
struct BrainPanel {
  const uint32_t* data;
  size_t steps, columns;
};

#if HWY_TARGET == HWY_AVX3

// Weights are fetched this many words before they are used.
constexpr size_t kFetchAhead = 1024;

bool HasBf16() { return __builtin_cpu_supports("avx512bf16") != 0; }

// As ByteTile in multiply_int8.cc: the compiler's own intrinsics, compiled for one instruction more, unrolled
// by order so that the sums stay in registers.
template <size_t kVectors>
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16"), noinline)) void BrainTile(
    const int32_t* HWY_RESTRICT weights, const BrainPanel& panel, size_t column, BlockSums<float>& out) {
  const size_t columns = panel.columns;
  const uint32_t* HWY_RESTRICT at = panel.data + column;
  __m512 sums[kTileRows][kVectors];
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) sums[r][v] = _mm512_setzero_ps();
  }
  for (size_t step = 0; step < panel.steps; ++step) {
    _mm_prefetch(weights + kFetchAhead, _MM_HINT_T0);
    __m512bh a[kVectors];
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) a[v] = (__m512bh)_mm512_load_si512(at + v * 16);
#pragma GCC unroll 8
    for (size_t r = 0; r < kTileRows; ++r) {
      const __m512bh b = (__m512bh)_mm512_set1_epi32(weights[r]);
#pragma GCC unroll 8
      for (size_t v = 0; v < kVectors; ++v) sums[r][v] = _mm512_dpbf16_ps(sums[r][v], a[v], b);
    }
    weights += kTileRows;
    at += columns;
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) _mm512_store_ps(out.at[r] + column + v * 16, sums[r][v]);
  }
}

#else

bool HasBf16() { return false; }

template <size_t kVectors>
void BrainTile(const int32_t*, const BrainPanel&, size_t, BlockSums<float>&) {
  HWY_ABORT("bfloat16 is packed only where it is multiplied");
}

#endif

// The nearest, ties to even, in the lower half of each lane.
HWY_INLINE VU32 ToBrain(VU32 bits) {
  const U32 d;
  const VU32 odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(d, 1));
  return hn::ShiftRight<16>(hn::Add(bits, hn::Add(odd, hn::Set(d, 0x7fff))));
}

// Features are fetched this many before they are read: each lies on another page.
constexpr size_t kFeaturesAhead = 12;

// Words of kVectors vectors of columns from `column` on, counted from the panel's first.
template <size_t kVectors>
void ConvertVectors(const Columns& in, size_t in_column, size_t column, const BrainPanel& panel,
                    uint32_t* HWY_RESTRICT words) {
  const F32 d;
  const U32 du;
  const size_t lanes = hn::Lanes(d);
  const float* HWY_RESTRICT from = in.data + in_column + column;
  const auto number = [&](size_t f, size_t v) HWY_ATTR {
    if (f >= in.features) return hn::Zero(du);
    hwy::Prefetch(from + (f + kFeaturesAhead) * in.stride + v * lanes);
    return ToBrain(hn::BitCast(du, hn::Load(d, from + f * in.stride + v * lanes)));
  };
  uint32_t* HWY_RESTRICT to = words + column;
  for (size_t step = 0; step < panel.steps; ++step, to += panel.columns) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      const VU32 low = number(2 * step, v), high = number(2 * step + 1, v);
      hn::Store(hn::Or(low, hn::ShiftLeft<16>(high)), du, to + v * lanes);
    }
  }
}

template <Epilogue kEpilogue>
HWY_INLINE void FinishBrains(const PackedLinear& layer, size_t row, const BlockSums<float>& sums, float* out,
                             size_t out_stride, size_t columns) {
  const F32 d;
  const size_t rows = HWY_MIN(size_t{layer.layout.rows}, layer.outputs() - row);
  const float* HWY_RESTRICT biases = layer.bias.data() + row;
  for (size_t r = 0; r < rows; ++r) {
    const V32 bias = hn::Set(d, biases[r]);
    float* HWY_RESTRICT to = out + (row + r) * out_stride;
    for (size_t c = 0; c < columns; c += hn::Lanes(d)) {
      FinishVector<kEpilogue>(hn::Add(hn::Load(d, sums.at[r] + c), bias), to + c);
    }
  }
}

void SumBlock(const int32_t* weights, const BrainPanel& panel, BlockSums<float>& sums) {
  const size_t lanes = hn::Lanes(F32());
  size_t column = 0;
  for (; column + kTileVectors * lanes <= panel.columns; column += kTileVectors * lanes) {
    BrainTile<kTileVectors>(weights, panel, column, sums);
  }
  if (column + 2 * lanes <= panel.columns) {
    BrainTile<2>(weights, panel, column, sums);
    column += 2 * lanes;
  }
  if (column < panel.columns) BrainTile<1>(weights, panel, column, sums);
}

void MultiplyBrainPanel(const PackedLinear& layer, const BrainPanel& panel, TileSession* tiles, float* out,
                        size_t out_stride, Epilogue epilogue) {
  alignas(64) BlockSums<float> sums;
  for (size_t row = 0; row < layer.outputs(); row += layer.layout.rows) {
    const int32_t* weights = layer.words.data() + row * panel.steps;
    FetchBlock(out + row * out_stride, out_stride, HWY_MIN(size_t{layer.layout.rows}, layer.outputs() - row),
               panel.columns);
    if (tiles != nullptr) {
      tiles->multiply_bf16({weights, panel.data, panel.steps, panel.columns, sums.at[0], kPanelColumnsMost});
    } else {
      SumBlock(weights, panel, sums);
    }
    const size_t columns = panel.columns;
    if (epilogue == Epilogue::store) FinishBrains<Epilogue::store>(layer, row, sums, out, out_stride, columns);
    if (epilogue == Epilogue::gelu) FinishBrains<Epilogue::gelu>(layer, row, sums, out, out_stride, columns);
    if (epilogue == Epilogue::add) FinishBrains<Epilogue::add>(layer, row, sums, out, out_stride, columns);
  }
}

}  // namespace

bool HasBf16Vectors() { return HasBf16(); }
size_t Bf16VectorRows() { return kTileRows; }

void MultiplyBf16(const PackedLinear& layer, const Columns& in, const Columns& out, Epilogue epilogue,
                  TileSession* tiles, PackedScratch& scratch) {
  const size_t steps = layer.layout.steps(in.features);
  const size_t panel_columns = PanelColumns(layer.layout);
  uint32_t* words = scratch.panel(steps * panel_columns);
  for (size_t column = 0; column < in.count; column += panel_columns) {
    const size_t columns = HWY_MIN(panel_columns, round_up_columns(in.count - column));
    const BrainPanel panel{words, steps, columns};
    const size_t lanes = hn::Lanes(F32());
    size_t c = 0;
    for (; c + 3 * lanes <= columns; c += 3 * lanes) ConvertVectors<3>(in, column, c, panel, words);
    for (; c < columns; c += lanes) ConvertVectors<1>(in, column, c, panel, words);
    MultiplyBrainPanel(layer, panel, tiles, out.data + column, out.stride, epilogue);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kindling {

HWY_EXPORT(HasBf16Vectors);
HWY_EXPORT(Bf16VectorRows);
HWY_EXPORT(MultiplyBf16);

bool bf16_is_fast() {
  if (simd_target() == SimdTarget::amx) return true;
  return HWY_DYNAMIC_DISPATCH(HasBf16Vectors)();
}

PackedLayout bf16_layout() {
  KINDLING_CHECK(bf16_is_fast());
  if (simd_target() == SimdTarget::amx) {
    return {.numbers = PackedNumbers::bf16, .inputs = 2, .rows = tile_block_rows, .together = tile_words};
  }
  const auto rows = static_cast<std::uint32_t>(HWY_DYNAMIC_DISPATCH(Bf16VectorRows)());
  return {.numbers = PackedNumbers::bf16, .inputs = 2, .rows = rows};
}

std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

void pack_bf16(const PackedLayout& layout, const Linear& layer, std::size_t first_output,
               std::span<std::int32_t> words) {
  const std::size_t inputs = layer.inputs();
  for (std::size_t output = 0; output < layer.outputs(); ++output) {
    const float* row = layer.weights.data() + output * inputs;
    std::int32_t* to = words.data() + layout.place(first_output + output, 0, inputs);
    const std::size_t jump = std::size_t{layout.together} * layout.rows;
    for (std::size_t k = 0; k < inputs; k += 2) {
      const std::uint32_t low = to_bf16(row[k]), high = k + 1 < inputs ? to_bf16(row[k + 1]) : 0;
      const std::size_t step = k / 2;
      to[step / layout.together * jump + step % layout.together] = static_cast<std::int32_t>(low | high << 16);
    }
  }
}

void multiply_bf16(const PackedLinear& layer, const Columns& in, const Columns& out, Epilogue epilogue,
                   PackedScratch& scratch) {
  KINDLING_CHECK(layer.layout == bf16_layout());
  std::optional<TileSession> tiles;
  if (layer.layout.together > 1) tiles.emplace();
  HWY_DYNAMIC_DISPATCH(MultiplyBf16)(layer, in, out, epilogue, tiles ? &*tiles : nullptr, scratch);
}

}  // namespace kindling
#endif
