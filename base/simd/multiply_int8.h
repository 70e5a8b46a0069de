// Products of a network's weights with its activations (columns.h) in eight bits: several times as fast as in
// single precision and right to about one part in a hundred of a typical output.
//
// Weights have one scale an output and are symmetric, in [-127, 127]. Activations have one scale and one zero a
// token, found from the numbers at hand: 255 steps from the least to the most, as what comes out of an
// activation function is hardly ever negative. Before that each input is multiplied by its share, and its
// weights divided by it: so inputs that are far larger than others do not cost those their steps (SmoothQuant,
// Xiao et al., 2211.10438). Sums are exact 32-bit integers on every instruction set.
//
// Those of x86-64 without VNNI sum bytes in 16 bits, which saturate. For them an output whose weights could
// reach that within `narrow` steps (packed_linear.h), whatever the activations, gets a larger scale, so that it
// cannot: its weights are rounded more coarsely, and so results differ from those of other instruction sets.
#pragma once

#include "base/simd/packed_linear.h"

namespace kindling {

// The most inputs of a layer whose sums surely fit into 32 bits (255 * 127 each).
inline constexpr std::size_t int8_inputs_max = 65'536;

// Steps that are summed in 16 bits where that is how it is done.
inline constexpr std::uint32_t int8_narrow_steps = 2;

// Of the instruction set in use (dispatch.h).
[[nodiscard]] PackedLayout int8_layout();
// What that is on x86-64 without VNNI, with as many rows as the instruction set in use has. Weights packed so
// can be multiplied by every instruction set.
[[nodiscard]] PackedLayout int8_narrow_layout();
// Whether the instruction set in use has what makes eight bits faster than single precision.
[[nodiscard]] bool int8_is_fast();

// Packs a layer's weights into memory of the sizes in packed_linear.h, as outputs [first_output, first_output +
// its own): layers with the same inputs can become one. The words must be zero before the first layer is
// packed. Requires: layer.inputs() <= int8_inputs_max; `shares` above zero, [inputs].
struct Int8Target {
  std::span<std::int32_t> words;
  std::span<float> scales;
  std::span<std::int32_t> row_sums;
};
void pack_int8(const PackedLayout& layout, const Linear& layer, std::size_t first_output,
               std::span<const float> shares, const Int8Target& target);

// Requires: layer.layout == int8_layout() or int8_narrow_layout(), and of the columns what `multiply` requires.
void multiply_int8(const PackedLinear& layer, const Columns& in, const Columns& out, Epilogue epilogue,
                   PackedScratch& scratch);

}  // namespace kindling
