#include "base/simd/packed_linear.h"

#include "base/check.h"
#include "base/simd/multiply_bf16.h"
#include "base/simd/multiply_int8.h"

namespace kindling {

std::string PackedLayout::name() const {
  return std::string(numbers == PackedNumbers::int8 ? "int8-" : "bf16-") + std::to_string(inputs) + "x" +
         std::to_string(rows) + "x" + std::to_string(together) +
         (narrow > 0 ? "n" + std::to_string(narrow) : "");
}

void multiply_packed(const PackedLinear& layer, const Columns& in, const Columns& out, Epilogue epilogue,
                     PackedScratch& scratch) {
  KINDLING_CHECK(in.features == layer.inputs && out.features == layer.outputs() && in.count == out.count);
  KINDLING_CHECK(in.aligned() && out.aligned());
  KINDLING_CHECK(layer.words.size() == layer.layout.words(layer.outputs(), layer.inputs));
  if (layer.layout.numbers == PackedNumbers::int8) {
    multiply_int8(layer, in, out, epilogue, scratch);
  } else {
    multiply_bf16(layer, in, out, epilogue, scratch);
  }
}

}  // namespace kindling
