// A linear layer packed into eight bits, with the memory it borrows.
#pragma once

#include <vector>

#include "base/simd/multiply_int8.h"

namespace kindling {

class OwnedLayer {
 public:
  // For the instruction set that is in use when it is made.
  explicit OwnedLayer(const Linear& layer)
      : layout_(int8_layout()), inputs_(layer.inputs()), bias_(layer.bias) {
    words_.resize(layout_.words(layer.outputs(), inputs_));
    scales_.resize(layer.outputs());
    row_sums_.resize(layer.outputs());
    pack_int8(layout_, layer, 0, {words_, scales_, row_sums_});
  }

  [[nodiscard]] Int8Linear linear() const { return {layout_, inputs_, words_, scales_, row_sums_, bias_}; }

 private:
  Int8Layout layout_;
  std::size_t inputs_;
  std::span<const float> bias_;
  std::vector<std::int32_t> words_;
  std::vector<float> scales_;
  std::vector<std::int32_t> row_sums_;
};

}  // namespace kindling
