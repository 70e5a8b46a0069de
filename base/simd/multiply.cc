#include "base/simd/multiply.h"

#include "base/check.h"
#include "base/simd/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/simd/multiply.cc"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "base/simd/tile-inl.h"
#include "base/simd/transform-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace {

// The work is cut so that what is read again lies near. A panel of up to 48 columns by a slice of the input
// features (24 KiB: 128 features if the panel is full, more if it is narrow) is copied together and stays in
// the first-level cache while all rows of the weights pass by it; the sums wait in `out` between one slice and
// the next, which changes none of their bits.
constexpr size_t kPanelColumns = 48;
constexpr size_t kPanelFloats = 128 * kPanelColumns;

// The weights' rows are too short for the hardware to foresee: the next rows are asked for, a cache line at a
// time.
constexpr size_t kPrefetchFloats = 16;

// One pass of a panel's slice.
struct Pass {
  const float* panel;    // [depth][columns]
  const float* weights;  // [outputs][inputs], from the slice's first input on
  const float* bias;
  float* out;  // the panel's first column
  size_t outputs, inputs, depth, columns, out_stride;
  bool first, last;  // slice of this panel
  Epilogue epilogue;
};

template <size_t kRows, size_t kVectors>
HWY_INLINE void MultiplyTile(const Pass& pass, size_t row, size_t column) {
  const F32 d;
  const size_t lanes = hn::Lanes(d);
  V32 sums[kRows][kVectors];
  float* HWY_RESTRICT out = pass.out + row * pass.out_stride + column;
  const bool fresh = pass.first && pass.epilogue != Epilogue::add;
  for (size_t r = 0; r < kRows; ++r) {
    const V32 bias = pass.first ? hn::Set(d, pass.bias[row + r]) : hn::Zero(d);
    for (size_t v = 0; v < kVectors; ++v) {
      sums[r][v] = fresh ? bias : hn::Add(bias, hn::Load(d, out + r * pass.out_stride + v * lanes));
    }
  }
  const float* weights = pass.weights + row * pass.inputs;
  for (size_t k = 0; k < pass.depth; k += kPrefetchFloats) {
    for (size_t r = 0; r < kRows; ++r) hwy::Prefetch(weights + (kRows + r) * pass.inputs + k);
    MultiplyAdd<kRows, kVectors>({weights + k, pass.inputs, 1},
                                 {pass.panel + k * pass.columns + column, pass.columns},
                                 HWY_MIN(kPrefetchFloats, pass.depth - k), sums);
  }
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t v = 0; v < kVectors; ++v) hn::Store(sums[r][v], d, out + r * pass.out_stride + v * lanes);
  }
  if (pass.last && pass.epilogue == Epilogue::gelu) {
    for (size_t r = 0; r < kRows; ++r) {
      for (size_t v = 0; v < kVectors; ++v) {
        float* at = out + r * pass.out_stride + v * lanes;
        hn::Store(Gelu(d, hn::Load(d, at)), d, at);
      }
    }
  }
}

template <size_t kVectors>
HWY_INLINE void MultiplyRows(const Pass& pass, size_t column) {
  size_t row = 0;
  for (; row + kTileRows <= pass.outputs; row += kTileRows)
    MultiplyTile<kTileRows, kVectors>(pass, row, column);
  for (; row < pass.outputs; ++row) MultiplyTile<1, kVectors>(pass, row, column);
}

// All rows against one panel's slice. Its columns are a multiple of column_group.
void MultiplyPanel(const Pass& pass) {
  const size_t lanes = hn::Lanes(F32());
  const size_t columns = pass.columns;
  size_t column = 0;
  for (; column + kTileVectors * lanes <= columns; column += kTileVectors * lanes) {
    MultiplyRows<kTileVectors>(pass, column);
  }
  for (; column + 2 * lanes <= columns; column += 2 * lanes) MultiplyRows<2>(pass, column);
  for (; column < columns; column += lanes) MultiplyRows<1>(pass, column);
}

void CopyPanel(const Columns& in, size_t feature, size_t depth, size_t column, size_t columns,
               float* HWY_RESTRICT panel) {
  const F32 d;
  const size_t lanes = hn::Lanes(d);
  for (size_t k = 0; k < depth; ++k) {
    const float* HWY_RESTRICT from = in.feature(feature + k) + column;
    for (size_t c = 0; c < columns; c += lanes) hn::Store(hn::Load(d, from + c), d, panel + k * columns + c);
  }
}

}  // namespace

void Multiply(const float* weights, const float* bias, const Columns& in, const Columns& out,
              Epilogue epilogue) {
  HWY_ALIGN float panel[kPanelFloats];
  const size_t inputs = in.features;
  for (size_t column = 0; column < in.count; column += kPanelColumns) {
    const size_t columns = HWY_MIN(kPanelColumns, round_up_columns(in.count - column));
    const size_t slice = kPanelFloats / columns;
    for (size_t k = 0; k < inputs; k += slice) {
      const size_t depth = HWY_MIN(slice, inputs - k);
      CopyPanel(in, k, depth, column, columns, panel);
      MultiplyPanel({.panel = panel,
                     .weights = weights + k,
                     .bias = bias,
                     .out = out.data + column,
                     .outputs = out.features,
                     .inputs = inputs,
                     .depth = depth,
                     .columns = columns,
                     .out_stride = out.stride,
                     .first = k == 0,
                     .last = k + depth == inputs,
                     .epilogue = epilogue});
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kindling {

HWY_EXPORT(Multiply);

void multiply(const Linear& layer, const Columns& in, const Columns& out, Epilogue epilogue) {
  KINDLING_CHECK(in.features == layer.inputs() && out.features == layer.outputs() && in.count == out.count);
  KINDLING_CHECK(layer.weights.size() == in.features * out.features && in.aligned() && out.aligned());
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(Multiply)(layer.weights.data(), layer.bias.data(), in, out, epilogue);
}

}  // namespace kindling
#endif
