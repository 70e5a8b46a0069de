#include "base/simd/multiply_int8.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "base/check.h"
#include "base/simd/dispatch.h"
#include "base/simd/tiles.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/simd/multiply_int8.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "base/simd/multiply_int8_narrow-inl.h"
#include "base/simd/multiply_int8_spread-inl.h"
#include "base/simd/multiply_int8_tiles-inl.h"
#include "base/simd/panel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace {

// Of one panel being made.
struct Quantizing {
  const Columns& in;
  size_t in_column;     // of the panel's first
  const float* shares;  // [in.features]
  size_t steps, columns;
};

// Features are fetched this many before they are measured.
constexpr size_t kFeaturesAhead = 12;

// The sizes of kVectors vectors of columns.
template <size_t kVectors>
struct Steps {
  V32 inverse[kVectors];  // how many steps one is
  VI32 zero[kVectors];
};

// From the least and the most of each column; into the panel too. Loops go over rows of neighbouring vectors:
// each feature lies on another page.
template <size_t kVectors>
HWY_INLINE Steps<kVectors> MeasureVectors(const Quantizing& what, size_t column, float* HWY_RESTRICT scales,
                                          int32_t* HWY_RESTRICT zeros) {
  const F32 d;
  const I32 di;
  const size_t lanes = hn::Lanes(d), stride = what.in.stride;
  const float* HWY_RESTRICT from = what.in.data + what.in_column + column;
  V32 least[kVectors], most[kVectors];
  for (size_t v = 0; v < kVectors; ++v) least[v] = most[v] = hn::Zero(d);
  for (size_t f = 0; f < what.in.features; ++f) {
    const V32 share = hn::Set(d, what.shares[f]);
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) hwy::Prefetch(from + (f + kFeaturesAhead) * stride + v * lanes);
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      const V32 x = hn::Mul(hn::Load(d, from + f * stride + v * lanes), share);
      least[v] = hn::Min(least[v], x);
      most[v] = hn::Max(most[v], x);
    }
  }
  Steps<kVectors> steps;
  for (size_t v = 0; v < kVectors; ++v) {
    const V32 width = hn::Sub(most[v], least[v]);
    hn::Store(hn::Mul(width, hn::Set(d, 1.0f / 255.0f)), d, scales + column + v * lanes);
    // A column of nothing, or of numbers whose inverse is none, becomes zeros.
    steps.inverse[v] =
        hn::IfThenElseZero(hn::Gt(width, hn::Set(d, 1e-30f)), hn::Div(hn::Set(d, 255.0f), width));
    steps.zero[v] = hn::NearestInt(hn::Neg(hn::Mul(least[v], steps.inverse[v])));
    hn::Store(steps.zero[v], di, zeros + column + v * lanes);
  }
  return steps;
}

// Added to a number of a few thousand at most, it rounds it to the nearest whole one, ties to even, which is
// then in the lowest bits.
constexpr float kRounding = 12582912.0f;  // 1.5 * 2^23
constexpr int32_t kRoundingBits = 0x4b400000;

// Scales, zeros and words of kVectors vectors of columns from `column` on.
template <size_t kVectors>
void QuantizeVectors(const Quantizing& what, size_t column, uint32_t* HWY_RESTRICT words,
                     float* HWY_RESTRICT scales, int32_t* HWY_RESTRICT zeros) {
  const F32 d;
  const I32 di;
  const hn::ScalableTag<uint32_t> du;
  const size_t lanes = hn::Lanes(d), features = what.in.features, stride = what.in.stride;
  const float* HWY_RESTRICT from = what.in.data + what.in_column + column;
  const Steps<kVectors> steps = MeasureVectors<kVectors>(what, column, scales, zeros);
  uint32_t* HWY_RESTRICT to = words + column;
  for (size_t step = 0; step < what.steps; ++step, to += what.columns) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      // In [0, 255], or less the zero; both ends may be rounded away from each other, so the upper one is held.
      const VI32 zero = hn::Sub(steps.zero[v], hn::Set(di, kRoundingBits));
      const auto quantized = [&](size_t f) HWY_ATTR {
        if (f >= features) return steps.zero[v];
        const V32 number = hn::Mul(hn::Load(d, from + f * stride + v * lanes), hn::Set(d, what.shares[f]));
        const V32 rounded = hn::Add(hn::Mul(number, steps.inverse[v]), hn::Set(d, kRounding));
        return hn::Min(hn::Add(hn::BitCast(di, rounded), zero), hn::Set(di, 255));
      };
      const size_t f = step * 4;
      const VI32 low = hn::Or(quantized(f), hn::ShiftLeft<8>(quantized(f + 1)));
      const VI32 high = hn::Or(hn::ShiftLeft<16>(quantized(f + 2)), hn::ShiftLeft<24>(quantized(f + 3)));
      const VI32 joined = hn::Or(low, high);
      hn::Store(hn::BitCast(du, joined), du, to + v * lanes);
    }
  }
}

// What is left to do with the sums of the block that begins at `row`, in kVectors vectors of columns.
template <Epilogue kEpilogue, size_t kVectors>
HWY_INLINE void FinishVectors(const PackedLinear& layer, size_t row, const Sums& sums, const Panel& panel,
                              size_t column, float* HWY_RESTRICT out, size_t out_stride) {
  const F32 d;
  const I32 di;
  const size_t lanes = hn::Lanes(d), rows = HWY_MIN(size_t{layer.layout.rows}, layer.outputs() - row);
  const float* HWY_RESTRICT row_scales = layer.scales.data() + row;
  const float* HWY_RESTRICT biases = layer.bias.data() + row;
  const int32_t* HWY_RESTRICT row_sums = layer.row_sums.data() + row;
  V32 scales[kVectors];
  VI32 zeros[kVectors];
  for (size_t v = 0; v < kVectors; ++v) {
    scales[v] = hn::Load(d, panel.scales + column + v * lanes);
    zeros[v] = hn::Load(di, panel.zeros + column + v * lanes);
  }
  float* HWY_RESTRICT to = out + row * out_stride + column;
  for (size_t r = 0; r < rows; ++r, to += out_stride) {
    const V32 scale = hn::Set(d, row_scales[r]), bias = hn::Set(d, biases[r]);
    const VI32 row_sum = hn::Set(di, row_sums[r]);
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      const VI32 shifted = hn::Load(di, sums.at[r] + column + v * lanes);
      const VI32 exact = hn::Sub(shifted, hn::Mul(row_sum, zeros[v]));
      const V32 sum = hn::Mul(hn::ConvertTo(d, exact), scales[v]);
      FinishVector<kEpilogue>(hn::MulAdd(sum, scale, bias), to + v * lanes);
    }
  }
}

template <Epilogue kEpilogue>
HWY_INLINE void FinishBlock(const PackedLinear& layer, size_t row, const Sums& sums, const Panel& panel,
                            float* out, size_t out_stride) {
  const size_t lanes = hn::Lanes(F32());
  size_t c = 0;
  for (; c + 3 * lanes <= panel.columns; c += 3 * lanes) {
    FinishVectors<kEpilogue, 3>(layer, row, sums, panel, c, out, out_stride);
  }
  for (; c < panel.columns; c += lanes) {
    FinishVectors<kEpilogue, 1>(layer, row, sums, panel, c, out, out_stride);
  }
}

template <bool kNarrow, size_t kVectors>
HWY_INLINE void Tile(const int32_t* weights, const Panel& panel, size_t column, Sums& sums) {
  if constexpr (kNarrow) {
    NarrowTile<kVectors>(weights, panel, column, sums);
  } else {
    ByteTile<kVectors>(weights, panel, column, sums);
  }
}

// sums = weights of one block * all columns of the panel.
template <bool kNarrow>
HWY_INLINE void SumBlock(const int32_t* weights, const Panel& panel, Sums& sums) {
  const size_t lanes = hn::Lanes(I32());
  constexpr size_t kMost = kNarrow ? kNarrowVectors : kTileVectors;
  size_t column = 0;
  for (; column + kMost * lanes <= panel.columns; column += kMost * lanes) {
    Tile<kNarrow, kMost>(weights, panel, column, sums);
  }
  if (kMost == 3 && column + 2 * lanes <= panel.columns) {
    Tile<kNarrow, 2>(weights, panel, column, sums);
    column += 2 * lanes;
  }
  if (column < panel.columns) Tile<kNarrow, 1>(weights, panel, column, sums);
}

template <bool kNarrow>
void MultiplyPanel(const PackedLinear& layer, const Panel& panel, TileSession* tiles, float* out,
                   size_t out_stride, Epilogue epilogue) {
  alignas(64) Sums sums;
  if (panel.spread != nullptr) std::memset(&sums, 0, sizeof sums);  // of columns not spread
  for (size_t row = 0; row < layer.outputs(); row += layer.layout.rows) {
    const int32_t* weights = layer.words.data() + row * panel.steps;
    FetchBlock(out + row * out_stride, out_stride, HWY_MIN(size_t{layer.layout.rows}, layer.outputs() - row),
               panel.columns);
    if (tiles != nullptr) {
      tiles->multiply_int8({weights, panel.data, panel.steps, panel.columns, sums.at[0], kPanelColumnsMost});
    } else if (panel.spread != nullptr) {
      SpreadBlock(weights, panel, sums);
    } else {
      SumBlock<kNarrow>(weights, panel, sums);
    }
    if (epilogue == Epilogue::store) FinishBlock<Epilogue::store>(layer, row, sums, panel, out, out_stride);
    if (epilogue == Epilogue::gelu) FinishBlock<Epilogue::gelu>(layer, row, sums, panel, out, out_stride);
    if (epilogue == Epilogue::add) FinishBlock<Epilogue::add>(layer, row, sums, panel, out, out_stride);
  }
}

}  // namespace

bool Int8IsNarrow() { return HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && !HasVnni(); }
size_t Int8VectorRows() { return kTileRows; }

bool Int8IsFast() { return HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR; }

void MultiplyInt8(const PackedLinear& layer, const Columns& in, const Columns& out, Epilogue epilogue,
                  TileSession* tiles, PackedScratch& scratch) {
  const size_t steps = layer.layout.steps(in.features);
  const size_t panel_columns = PanelColumns(layer.layout);
  uint32_t* words = scratch.panel(steps * panel_columns + SpreadWords(steps));
  const bool may_spread = tiles == nullptr && layer.layout.narrow == 0;
  HWY_ALIGN float scales[kPanelColumnsMost];
  HWY_ALIGN int32_t zeros[kPanelColumnsMost];
  for (size_t column = 0; column < in.count; column += panel_columns) {
    const size_t columns = HWY_MIN(panel_columns, round_up_columns(in.count - column));
    const Quantizing what{in, column, layer.shares.data(), steps, columns};
    const size_t lanes = hn::Lanes(F32());
    size_t c = 0;
    for (; c + 3 * lanes <= columns; c += 3 * lanes) QuantizeVectors<3>(what, c, words, scales, zeros);
    for (; c < columns; c += lanes) QuantizeVectors<1>(what, c, words, scales, zeros);
    Panel panel{words, steps, columns, scales, zeros};
    if (may_spread && in.count - column <= kSpreadColumns) {
      panel.spread = words + steps * panel_columns;
      panel.spread_columns = (in.count - column + 3) / 4 * 4;
      SpreadColumns(panel, panel.spread_columns, words + steps * panel_columns);
    }
    if (layer.layout.narrow > 0) {
      MultiplyPanel<true>(layer, panel, tiles, out.data + column, out.stride, epilogue);
    } else {
      MultiplyPanel<false>(layer, panel, tiles, out.data + column, out.stride, epilogue);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kindling {

HWY_EXPORT(Int8IsNarrow);
HWY_EXPORT(Int8VectorRows);
HWY_EXPORT(Int8IsFast);
HWY_EXPORT(MultiplyInt8);

PackedLayout int8_layout() {
  if (simd_target() == SimdTarget::amx) return {.inputs = 4, .rows = tile_block_rows, .together = tile_words};
  PackedLayout layout = int8_narrow_layout();
  if (!HWY_DYNAMIC_DISPATCH(Int8IsNarrow)()) layout.narrow = 0;
  return layout;
}

PackedLayout int8_narrow_layout() {
  prepare_simd();
  return {.inputs = 4,
          .rows = static_cast<std::uint32_t>(HWY_DYNAMIC_DISPATCH(Int8VectorRows)()),
          .narrow = int8_narrow_steps};
}

bool int8_is_fast() {
  prepare_simd();
  return HWY_DYNAMIC_DISPATCH(Int8IsFast)();
}

namespace {

// What 127 stands for in a row: its largest number, unless steps of 16 bits could overflow. In these a lane
// sums the products of two neighbours of each step; at worst activations are the most where weights have one
// sign, and nothing where they have the other.
float largest_of(const PackedLayout& layout, std::span<const float> row) {
  float largest = 0;
  for (const float x : row) largest = std::max(largest, std::abs(x));
  if (layout.narrow == 0) return largest;
  // Each number may be rounded away from zero by half.
  const auto room = static_cast<float>(32'767 / 255) - static_cast<float>(layout.narrow);
  const std::size_t group = std::size_t{4} * layout.narrow;
  for (std::size_t begin = 0; begin < row.size(); begin += group) {
    for (const std::size_t lane : {0, 2}) {
      float above = 0, below = 0;
      for (std::size_t at = begin + lane; at < std::min(begin + group, row.size()); at += 4) {
        for (const float x : {row[at], row[at + 1]}) (x > 0 ? above : below) += x;
      }
      largest = std::max(largest, std::max(above, -below) * (127.0f / room));
    }
  }
  return largest;
}

}  // namespace

void pack_int8(const PackedLayout& layout, const Linear& layer, std::size_t first_output,
               std::span<const float> shares, const Int8Target& target) {
  const std::size_t inputs = layer.inputs(), steps = layout.steps(inputs);
  KINDLING_CHECK(layout.inputs == 4 && inputs <= int8_inputs_max && shares.size() == inputs);
  const std::size_t jump = std::size_t{layout.together} * layout.rows;
  std::vector<float> inverse_shares(shares.begin(), shares.end()), row(steps * 4);
  for (float& share : inverse_shares) share = 1 / share;
  for (std::size_t output = 0; output < layer.outputs(); ++output) {
    for (std::size_t k = 0; k < inputs; ++k) {
      row[k] = layer.weights[output * inputs + k] * inverse_shares[k];
    }
    const float largest = largest_of(layout, row);
    const float inverse = largest > 1e-30f ? 127.0f / largest : 0.0f;
    const std::size_t at = first_output + output;
    std::int32_t* words = target.words.data() + layout.place(at, 0, inputs);
    std::int32_t sum = 0;
    for (std::size_t step = 0; step < steps; ++step) {
      std::uint32_t word = 0;
      for (std::uint32_t i = 0; i < 4; ++i) {
        const auto weight = static_cast<std::int32_t>(std::lrintf(row[step * 4 + i] * inverse));
        word |= (static_cast<std::uint32_t>(weight) & 0xffu) << (i * 8);
        sum += weight;
      }
      words[step / layout.together * jump + step % layout.together] = static_cast<std::int32_t>(word);
    }
    target.scales[at] = largest / 127.0f;
    target.row_sums[at] = sum;
  }
}

void multiply_int8(const PackedLinear& layer, const Columns& in, const Columns& out, Epilogue epilogue,
                   PackedScratch& scratch) {
  KINDLING_CHECK(layer.layout == int8_layout() || layer.layout == int8_narrow_layout());
  KINDLING_CHECK(layer.shares.size() == layer.inputs);
  KINDLING_CHECK(layer.scales.size() == layer.outputs() && layer.row_sums.size() == layer.outputs());
  std::optional<TileSession> tiles;
  if (layer.layout.together > 1) tiles.emplace();
  HWY_DYNAMIC_DISPATCH(MultiplyInt8)(layer, in, out, epilogue, tiles ? &*tiles : nullptr, scratch);
}

}  // namespace kindling
#endif
