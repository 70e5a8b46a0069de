// Products of a network's weights with its activations (columns.h) in eight bits: out = weights * in, several
// times as fast as in single precision and right to about one part in a hundred of a typical output.
//
// Weights have one scale an output and are symmetric, in [-127, 127]. Activations have one scale and one zero a
// token, found from the numbers at hand: 255 steps from the least to the most, as what comes out of an
// activation function is hardly ever negative. Sums are exact 32-bit integers, so that a column's result is the
// same bits whatever columns stand beside it, and every instruction set computes the same sums. Thread-safe;
// each call works on its caller's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/simd/columns.h"
#include "base/simd/multiply.h"

namespace kindling {

// The most inputs of a layer whose sums surely fit into 32 bits (255 * 127 each).
inline constexpr std::size_t int8_inputs_max = 65'536;

// How packed weights lie: what the instructions in use read best. A block is `rows` outputs; within it go the
// steps, in each step the rows, and of each row `inputs` weights in 32 bits: four bytes (AVX-512 VNNI) or two
// 16-bit words (everything else).
struct Int8Layout {
  std::uint32_t inputs = 0;  // of one row in one step: 4 or 2
  std::uint32_t rows = 0;    // of one block

  friend bool operator==(const Int8Layout&, const Int8Layout&) = default;
  [[nodiscard]] std::string name() const;  // "4x8", for file names
  [[nodiscard]] std::size_t steps(std::size_t layer_inputs) const {
    return (layer_inputs + inputs - 1) / inputs;
  }
  [[nodiscard]] std::size_t padded_outputs(std::size_t outputs) const {
    return (outputs + rows - 1) / rows * rows;
  }
  [[nodiscard]] std::size_t words(std::size_t outputs, std::size_t layer_inputs) const {
    return padded_outputs(outputs) * steps(layer_inputs);
  }
};

// Of the instruction set in use (dispatch.h).
[[nodiscard]] Int8Layout int8_layout();
// Whether the instruction set in use has what makes eight bits faster than single precision.
[[nodiscard]] bool int8_is_fast();

// A packed linear layer; borrows.
struct Int8Linear {
  Int8Layout layout;
  std::size_t inputs = 0;
  std::span<const std::int32_t> words;     // layout.words(outputs, inputs)
  std::span<const float> scales;           // [outputs]
  std::span<const std::int32_t> row_sums;  // [outputs], of the weights in eight bits
  std::span<const float> bias;             // [outputs]

  [[nodiscard]] std::size_t outputs() const { return bias.size(); }
};

// Packs a layer's weights into memory of the sizes above, as outputs [first_output, first_output + its own):
// layers with the same inputs can become one. The words must be zero before the first layer is packed.
// Requires: layer.inputs() <= int8_inputs_max.
struct Int8Target {
  std::span<std::int32_t> words;
  std::span<float> scales;
  std::span<std::int32_t> row_sums;
};
void pack_int8(const Int8Layout& layout, const Linear& layer, std::size_t first_output,
               const Int8Target& target);

// Memory that one thread's calls share; grows to the widest layer seen.
class Int8Scratch {
 public:
  [[nodiscard]] std::uint32_t* panel(std::size_t words) {
    const std::size_t lines = (words + 15) / 16;
    if (lines > lines_.size()) lines_.resize(lines);
    return lines_.data()->words;
  }

 private:
  struct alignas(64) Line {
    std::uint32_t words[16] = {};
  };
  std::vector<Line> lines_;
};

// Requires: layer.layout == int8_layout(), and of the columns what `multiply` requires.
void multiply_int8(const Int8Linear& layer, const Columns& in, const Columns& out, Epilogue epilogue,
                   Int8Scratch& scratch);

}  // namespace kindling
