#include "base/simd/multiply_int8.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/check.h"
#include "base/simd/dispatch.h"
#include "base/simd/tiles.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/simd/multiply_int8.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "base/simd/panel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace {

using I32 = hn::ScalableTag<int32_t>;
using VI32 = hn::Vec<I32>;

// One panel: [steps][columns] of 32 bits, each four bytes (by `zeros` too large) or two words of one column.
struct Panel {
  const uint32_t* data;
  size_t steps, columns;
  const float* scales;   // [columns]
  const int32_t* zeros;  // [columns], what stands for nothing
};

using Sums = BlockSums<int32_t>;

// Of words; a product needs a register of its own before it is added, so 16 registers hold 4 x 2 sums, not 4
// x 3.
constexpr size_t kWordVectors = kTileRows == 8 ? 3 : 2;

// What pairs of 16-bit words within 32-bit lanes add to `sum`.
HWY_INLINE VI32 DotWords(VI32 sum, VI32 a, VI32 b) {
  const I32 d;
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR
  const hn::Repartition<int16_t, I32> words;
  VI32 unused = hn::Zero(d);
  return hn::ReorderWidenMulAccumulate(d, hn::BitCast(words, a), hn::BitCast(words, b), sum, unused);
#else
  static_cast<void>(d);
  const VI32 low = hn::Mul(hn::ShiftRight<16>(hn::ShiftLeft<16>(a)), hn::ShiftRight<16>(hn::ShiftLeft<16>(b)));
  return hn::Add(hn::Add(sum, low), hn::Mul(hn::ShiftRight<16>(a), hn::ShiftRight<16>(b)));
#endif
}

// The tiles' loops over rows and vectors are unrolled by order: left to itself GCC 12 keeps the sums in memory,
// which costs two thirds of the speed.

template <size_t kVectors>
void WordTile(const int32_t* HWY_RESTRICT weights, const Panel& panel, size_t column, Sums& out) {
  const I32 d;
  const size_t lanes = hn::Lanes(d);
  const size_t columns = panel.columns;
  const uint32_t* HWY_RESTRICT at = panel.data + column;
  VI32 sums[kTileRows][kVectors];
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(d);
  }
  for (size_t step = 0; step < panel.steps; ++step) {
    VI32 a[kVectors];
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      a[v] = hn::BitCast(d, hn::Load(hn::ScalableTag<uint32_t>(), at + v * lanes));
    }
#pragma GCC unroll 8
    for (size_t r = 0; r < kTileRows; ++r) {
      const VI32 b = hn::Set(d, weights[r]);
#pragma GCC unroll 8
      for (size_t v = 0; v < kVectors; ++v) sums[r][v] = DotWords(sums[r][v], a[v], b);
    }
    weights += kTileRows;
    at += columns;
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) hn::Store(sums[r][v], d, out.at[r] + column + v * lanes);
  }
}

#if HWY_TARGET == HWY_AVX3

bool HasVnni() { return __builtin_cpu_supports("avx512vnni") != 0; }

// The library at hand has no operation for vpdpbusd, hence the compiler's own. A function apart, because it is
// compiled for one instruction more than the code around it.
template <size_t kVectors>
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"), noinline)) void ByteTile(
    const int32_t* HWY_RESTRICT weights, const Panel& panel, size_t column, Sums& out) {
  const size_t columns = panel.columns;
  const uint32_t* HWY_RESTRICT at = panel.data + column;
  __m512i sums[kTileRows][kVectors];
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) sums[r][v] = _mm512_setzero_si512();
  }
  for (size_t step = 0; step < panel.steps; ++step) {
    __m512i a[kVectors];
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) a[v] = _mm512_load_si512(at + v * 16);
#pragma GCC unroll 8
    for (size_t r = 0; r < kTileRows; ++r) {
      const __m512i b = _mm512_set1_epi32(weights[r]);
#pragma GCC unroll 8
      for (size_t v = 0; v < kVectors; ++v) sums[r][v] = _mm512_dpbusd_epi32(sums[r][v], a[v], b);
    }
    weights += kTileRows;
    at += columns;
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) _mm512_store_si512(out.at[r] + column + v * 16, sums[r][v]);
  }
}

#elif HWY_TARGET == HWY_AVX2

// Processors without AVX-512 may have its instruction for bytes by another name.
bool HasVnni() { return simd_target() == SimdTarget::avx2_vnni; }

template <size_t kVectors>
__attribute__((target("avx2,fma,avxvnni"), noinline)) void ByteTile(const int32_t* HWY_RESTRICT weights,
                                                                    const Panel& panel, size_t column,
                                                                    Sums& out) {
  const size_t columns = panel.columns;
  const uint32_t* HWY_RESTRICT at = panel.data + column;
  __m256i sums[kTileRows][kVectors];
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) sums[r][v] = _mm256_setzero_si256();
  }
  for (size_t step = 0; step < panel.steps; ++step) {
    __m256i a[kVectors];
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      a[v] = _mm256_load_si256(reinterpret_cast<const __m256i*>(at + v * 8));
    }
#pragma GCC unroll 8
    for (size_t r = 0; r < kTileRows; ++r) {
      const __m256i b = _mm256_set1_epi32(weights[r]);
#pragma GCC unroll 8
      for (size_t v = 0; v < kVectors; ++v) sums[r][v] = _mm256_dpbusd_avx_epi32(sums[r][v], a[v], b);
    }
    weights += kTileRows;
    at += columns;
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      _mm256_store_si256(reinterpret_cast<__m256i*>(out.at[r] + column + v * 8), sums[r][v]);
    }
  }
}

#else

bool HasVnni() { return false; }

template <size_t kVectors>
void ByteTile(const int32_t*, const Panel&, size_t, Sums&) {
  HWY_ABORT("bytes are packed only where VNNI is");
}

#endif

// Of one panel being made.
struct Quantizing {
  const Columns& in;
  size_t in_column;     // of the panel's first
  const float* shares;  // [in.features]
  size_t inputs;        // in a word
  size_t steps, columns;
};

// Scales, zeros and words of columns [column, column + lanes), from the panel's first column on.
void QuantizeVector(const Quantizing& what, size_t column, uint32_t* HWY_RESTRICT words,
                    float* HWY_RESTRICT scales, int32_t* HWY_RESTRICT zeros) {
  const F32 d;
  const I32 di;
  const hn::ScalableTag<uint32_t> du;
  const size_t features = what.in.features, stride = what.in.stride;
  const float* HWY_RESTRICT from = what.in.data + what.in_column + column;
  const auto number = [&](size_t f) {
    return hn::Mul(hn::Load(d, from + f * stride), hn::Set(d, what.shares[f]));
  };
  V32 least = hn::Zero(d), most = hn::Zero(d);
  for (size_t f = 0; f < features; ++f) {
    const V32 x = number(f);
    least = hn::Min(least, x);
    most = hn::Max(most, x);
  }
  const V32 width = hn::Sub(most, least);
  hn::Store(hn::Mul(width, hn::Set(d, 1.0f / 255.0f)), d, scales + column);
  // A column of nothing, or of numbers whose inverse is none, becomes zeros.
  const V32 inverse = hn::IfThenElseZero(hn::Gt(width, hn::Set(d, 1e-30f)), hn::Div(hn::Set(d, 255.0f), width));
  const VI32 zero = hn::NearestInt(hn::Neg(hn::Mul(least, inverse)));
  hn::Store(zero, di, zeros + column);
  // In [0, 255]; both ends may be rounded away from each other, so the upper one is held.
  const auto quantized = [&](size_t f) {
    if (f >= features) return zero;
    return hn::Min(hn::Add(hn::NearestInt(hn::Mul(number(f), inverse)), zero), hn::Set(di, 255));
  };
  uint32_t* HWY_RESTRICT to = words + column;
  for (size_t step = 0; step < what.steps; ++step, to += what.columns) {
    const size_t f = step * what.inputs;
    VI32 joined;
    if (what.inputs == 4) {
      const VI32 low = hn::Or(quantized(f), hn::ShiftLeft<8>(quantized(f + 1)));
      const VI32 high = hn::Or(hn::ShiftLeft<16>(quantized(f + 2)), hn::ShiftLeft<24>(quantized(f + 3)));
      joined = hn::Or(low, high);
    } else {
      const VI32 low = hn::Sub(quantized(f), zero), high = hn::Sub(quantized(f + 1), zero);
      joined = hn::Or(hn::And(low, hn::Set(di, 0xffff)), hn::ShiftLeft<16>(high));
    }
    hn::Store(hn::BitCast(du, joined), du, to);
  }
}

// What is left to do with the sums of the block that begins at `row`.
template <bool kBytes, Epilogue kEpilogue>
HWY_INLINE void FinishBlock(const PackedLinear& layer, size_t row, const Sums& sums, const Panel& panel,
                            float* out, size_t out_stride) {
  const F32 d;
  const I32 di;
  const size_t rows = HWY_MIN(size_t{layer.layout.rows}, layer.outputs() - row);
  for (size_t r = 0; r < rows; ++r) {
    const V32 scale = hn::Set(d, layer.scales[row + r]);
    const V32 bias = hn::Set(d, layer.bias[row + r]);
    const VI32 row_sum = hn::Set(di, layer.row_sums[row + r]);
    float* HWY_RESTRICT to = out + (row + r) * out_stride;
    for (size_t c = 0; c < panel.columns; c += hn::Lanes(d)) {
      VI32 exact = hn::Load(di, sums.at[r] + c);
      if (kBytes) exact = hn::Sub(exact, hn::Mul(row_sum, hn::Load(di, panel.zeros + c)));
      const V32 sum = hn::ConvertTo(d, exact);
      FinishVector<kEpilogue>(hn::MulAdd(hn::Mul(sum, hn::Load(d, panel.scales + c)), scale, bias), to + c);
    }
  }
}

template <bool kBytes, size_t kVectors>
HWY_INLINE void Tile(const int32_t* weights, const Panel& panel, size_t column, Sums& sums) {
  if constexpr (kBytes) {
    ByteTile<kVectors>(weights, panel, column, sums);
  } else {
    WordTile<kVectors>(weights, panel, column, sums);
  }
}

// sums = weights of one block * all columns of the panel.
template <bool kBytes>
HWY_INLINE void SumBlock(const int32_t* weights, const Panel& panel, Sums& sums) {
  const size_t lanes = hn::Lanes(I32());
  constexpr size_t kMost = kBytes ? kTileVectors : kWordVectors;
  size_t column = 0;
  for (; column + kMost * lanes <= panel.columns; column += kMost * lanes) {
    Tile<kBytes, kMost>(weights, panel, column, sums);
  }
  if (kMost == 3 && column + 2 * lanes <= panel.columns) {
    Tile<kBytes, 2>(weights, panel, column, sums);
    column += 2 * lanes;
  }
  if (column < panel.columns) Tile<kBytes, 1>(weights, panel, column, sums);
}

template <bool kBytes>
void MultiplyPanel(const PackedLinear& layer, const Panel& panel, TileSession* tiles, float* out,
                   size_t out_stride, Epilogue epilogue) {
  alignas(64) Sums sums;
  for (size_t row = 0; row < layer.outputs(); row += layer.layout.rows) {
    const int32_t* weights = layer.words.data() + row * panel.steps;
    if (tiles != nullptr) {
      tiles->multiply_int8({weights, panel.data, panel.steps, panel.columns, sums.at[0], kPanelColumnsMost});
    } else {
      SumBlock<kBytes>(weights, panel, sums);
    }
    if (epilogue == Epilogue::store)
      FinishBlock<kBytes, Epilogue::store>(layer, row, sums, panel, out, out_stride);
    if (epilogue == Epilogue::gelu)
      FinishBlock<kBytes, Epilogue::gelu>(layer, row, sums, panel, out, out_stride);
    if (epilogue == Epilogue::add) FinishBlock<kBytes, Epilogue::add>(layer, row, sums, panel, out, out_stride);
  }
}

}  // namespace

bool HasByteVectors() { return HasVnni(); }
size_t Int8VectorRows() { return kTileRows; }

bool Int8IsFast() { return HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR; }

void MultiplyInt8(const PackedLinear& layer, const Columns& in, const Columns& out, Epilogue epilogue,
                  TileSession* tiles, PackedScratch& scratch) {
  const size_t steps = layer.layout.steps(in.features);
  const size_t panel_columns = PanelColumns(layer.layout);
  uint32_t* words = scratch.panel(steps * panel_columns);
  HWY_ALIGN float scales[kPanelColumnsMost];
  HWY_ALIGN int32_t zeros[kPanelColumnsMost];
  for (size_t column = 0; column < in.count; column += panel_columns) {
    const size_t columns = HWY_MIN(panel_columns, round_up_columns(in.count - column));
    const Quantizing what{in, column, layer.shares.data(), layer.layout.inputs, steps, columns};
    for (size_t c = 0; c < columns; c += hn::Lanes(F32())) QuantizeVector(what, c, words, scales, zeros);
    const Panel panel{words, steps, columns, scales, zeros};
    if (layer.layout.inputs == 4) {
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

HWY_EXPORT(HasByteVectors);
HWY_EXPORT(Int8VectorRows);
HWY_EXPORT(Int8IsFast);
HWY_EXPORT(MultiplyInt8);

PackedLayout int8_layout() {
  if (simd_target() == SimdTarget::amx) return {.inputs = 4, .rows = tile_block_rows, .together = tile_words};
  return {.inputs = HWY_DYNAMIC_DISPATCH(HasByteVectors)() ? 4u : 2u,
          .rows = static_cast<std::uint32_t>(HWY_DYNAMIC_DISPATCH(Int8VectorRows)())};
}

bool int8_is_fast() {
  prepare_simd();
  return HWY_DYNAMIC_DISPATCH(Int8IsFast)();
}

void pack_int8(const PackedLayout& layout, const Linear& layer, std::size_t first_output,
               std::span<const float> shares, const Int8Target& target) {
  const std::size_t inputs = layer.inputs(), steps = layout.steps(inputs);
  KINDLING_CHECK(inputs <= int8_inputs_max && shares.size() == inputs);
  const unsigned bits = 32 / layout.inputs;
  const std::uint32_t mask = bits == 8 ? 0xffu : 0xffffu;
  const std::size_t jump = std::size_t{layout.together} * layout.rows;
  std::vector<float> inverse_shares(shares.begin(), shares.end()), row(steps * layout.inputs);
  for (float& share : inverse_shares) share = 1 / share;
  for (std::size_t output = 0; output < layer.outputs(); ++output) {
    float largest = 0;
    for (std::size_t k = 0; k < inputs; ++k) {
      row[k] = layer.weights[output * inputs + k] * inverse_shares[k];
      largest = std::max(largest, std::abs(row[k]));
    }
    const float inverse = largest > 1e-30f ? 127.0f / largest : 0.0f;
    const std::size_t at = first_output + output;
    std::int32_t* words = target.words.data() + layout.place(at, 0, inputs);
    std::int32_t sum = 0;
    for (std::size_t step = 0; step < steps; ++step) {
      std::uint32_t word = 0;
      for (std::uint32_t i = 0; i < layout.inputs; ++i) {
        const auto weight = static_cast<std::int32_t>(std::lrintf(row[step * layout.inputs + i] * inverse));
        word |= (static_cast<std::uint32_t>(weight) & mask) << (i * bits);
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
  KINDLING_CHECK(layer.layout == int8_layout() && layer.shares.size() == layer.inputs);
  KINDLING_CHECK(layer.scales.size() == layer.outputs() && layer.row_sums.size() == layer.outputs());
  std::optional<TileSession> tiles;
  if (layer.layout.together > 1) tiles.emplace();
  HWY_DYNAMIC_DISPATCH(MultiplyInt8)(layer, in, out, epilogue, tiles ? &*tiles : nullptr, scratch);
}

}  // namespace kindling
#endif
