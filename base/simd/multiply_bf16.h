// Products of a network's weights with its activations in bfloat16 (eight bits of precision, the range of
// single precision), with sums in single precision: about twice as fast as in single precision where the
// processor multiplies bfloat16 (AVX-512 BF16, AMX), and right to about one part in a thousand of a typical
// output. Products of two such numbers are exact, so that instruction sets differ by the order of sums only.
//
// Weights and activations are rounded to the nearest, ties to even; subnormal numbers count as zero. Where the
// instructions are missing there is nothing here to use: slower than single precision is not worth having.
#pragma once

#include "base/simd/packed_linear.h"

namespace kindling {

// Whether the instruction set in use (dispatch.h) multiplies bfloat16.
[[nodiscard]] bool bf16_is_fast();

// Of the instruction set in use. Requires: bf16_is_fast().
[[nodiscard]] PackedLayout bf16_layout();

// The nearest bfloat16, in the upper half of a single.
[[nodiscard]] std::uint16_t to_bf16(float value);

// Packs a layer's weights as outputs [first_output, first_output + its own): layers with the same inputs can
// become one. The words must be zero before the first layer is packed.
void pack_bf16(const PackedLayout& layout, const Linear& layer, std::size_t first_output,
               std::span<std::int32_t> words);

// Requires: layer.layout == bf16_layout(), and of the columns what `multiply` requires.
void multiply_bf16(const PackedLinear& layer, const Columns& in, const Columns& out, Epilogue epilogue,
                   PackedScratch& scratch);

}  // namespace kindling
