// Weights of a network packed for products with its activations (columns.h), in the order in which the
// instructions in use read them: out = weights * in, in eight bits (multiply_int8.h) or in bfloat16
// (multiply_bf16.h), several times as fast as in single precision.
//
// Thread-safe; each call works on its caller's thread. A column's result is the same bits whatever columns
// stand beside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/simd/columns.h"
#include "base/simd/multiply.h"

namespace kindling {

enum class PackedNumbers : std::uint8_t { int8, bf16 };

// How packed weights lie. Each word of 32 bits holds `inputs` weights of one output: four bytes or two
// bfloat16. A block is `rows` outputs; within it go the steps, `together` at a time; in these the rows, and of
// each row its words. Instructions for vectors take one step at a time, those for tiles sixteen. Bytes are
// small enough for the sums of `narrow` steps to fit into 16 bits, if that is not 0 (multiply_int8.h).
struct PackedLayout {
  PackedNumbers numbers = PackedNumbers::int8;
  std::uint32_t inputs = 0;
  std::uint32_t rows = 0;
  std::uint32_t together = 1;
  std::uint32_t narrow = 0;

  friend bool operator==(const PackedLayout&, const PackedLayout&) = default;
  [[nodiscard]] std::string name() const;  // "int8-4x8x1" or "int8-4x4x1n2", for file names
  [[nodiscard]] std::size_t steps(std::size_t layer_inputs) const {
    return round_up((layer_inputs + inputs - 1) / inputs, together);
  }
  [[nodiscard]] std::size_t padded_outputs(std::size_t outputs) const { return round_up(outputs, rows); }
  [[nodiscard]] std::size_t words(std::size_t outputs, std::size_t layer_inputs) const {
    return padded_outputs(outputs) * steps(layer_inputs);
  }
  // Where the word of one output and step is.
  [[nodiscard]] std::size_t place(std::size_t output, std::size_t step, std::size_t layer_inputs) const {
    return output / rows * rows * steps(layer_inputs) + step / together * together * rows +
           output % rows * together + step % together;
  }

 private:
  static std::size_t round_up(std::size_t number, std::size_t to) { return (number + to - 1) / to * to; }
};

// A packed linear layer; borrows. What is only of eight bits is empty in bfloat16.
struct PackedLinear {
  PackedLayout layout;
  std::size_t inputs = 0;
  std::span<const std::int32_t> words;     // layout.words(outputs, inputs)
  std::span<const float> bias;             // [outputs]
  std::span<const float> scales;           // [outputs]
  std::span<const std::int32_t> row_sums;  // [outputs], of the weights in eight bits
  std::span<const float> shares;           // [inputs], what activations are multiplied by first

  [[nodiscard]] std::size_t outputs() const { return bias.size(); }
};

// Memory that one thread's calls share; grows to the widest layer seen.
class PackedScratch {
 public:
  // Activations as the instructions read them.
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

// Requires: the layout is the one that the instruction set in use has for its numbers (int8_layout,
// bf16_layout), and of the columns what `multiply` requires.
void multiply_packed(const PackedLinear& layer, const Columns& in, const Columns& out, Epilogue epilogue,
                     PackedScratch& scratch);

}  // namespace kindling
