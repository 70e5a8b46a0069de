// A linear layer packed, with the memory it borrows.
#pragma once

#include <vector>

#include "base/simd/multiply_bf16.h"
#include "base/simd/multiply_int8.h"

namespace kindling {

class OwnedLayer {
 public:
  // For the instruction set that is in use when it is made; in eight bits with these shares, one each if empty.
  OwnedLayer(const Linear& layer, PackedNumbers numbers, std::vector<float> shares = {})
      : OwnedLayer(layer, numbers == PackedNumbers::int8 ? int8_layout() : bf16_layout(), std::move(shares)) {}
  OwnedLayer(const Linear& layer, const PackedLayout& layout, std::vector<float> shares = {})
      : layout_(layout),
        inputs_(layer.inputs()),
        bias_(layer.bias),
        words_(layout_.words(layer.outputs(), inputs_)) {
    if (layout_.numbers == PackedNumbers::bf16) {
      pack_bf16(layout_, layer, 0, words_);
      return;
    }
    scales_.resize(layer.outputs());
    row_sums_.resize(layer.outputs());
    shares_ = shares.empty() ? std::vector<float>(inputs_, 1.0f) : std::move(shares);
    pack_int8(layout_, layer, 0, shares_, {words_, scales_, row_sums_});
  }

  [[nodiscard]] PackedLinear linear() const {
    return {layout_, inputs_, words_, bias_, scales_, row_sums_, shares_};
  }

 private:
  PackedLayout layout_;
  std::size_t inputs_;
  std::span<const float> bias_;
  std::vector<std::int32_t> words_;
  std::vector<float> scales_, shares_;
  std::vector<std::int32_t> row_sums_;
};

}  // namespace kindling
