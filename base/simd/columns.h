// Activations of a network, one column per token: the layout all matrix kernels of base/simd work on.
//
// Feature-major: feature f of token t lies at data[f * stride + t]. Neighbouring tokens fill a vector register,
// so that products, softmax and normalisation go down the columns without a sum across a register, weights are
// read as they lie in the model file, and a token's result does not depend on which tokens stand beside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kindling {

// Columns are computed in groups of this many; idle columns of the last group hold rubbish.
inline constexpr std::size_t column_group = 16;

// A borrowed block of columns. Kernels may read and write round_up_columns(count) columns: there must be room.
struct Columns {
  float* data = nullptr;
  std::size_t features = 0;
  std::size_t count = 0;   // tokens
  std::size_t stride = 0;  // floats from one feature to the next; a multiple of column_group

  [[nodiscard]] float* feature(std::size_t f) const { return data + f * stride; }
  // Whether it begins at a whole group, as most kernels need.
  [[nodiscard]] bool aligned() const {
    return reinterpret_cast<std::uintptr_t>(data) % (column_group * sizeof(float)) == 0 &&
           stride % column_group == 0;
  }
};

[[nodiscard]] constexpr std::size_t round_up_columns(std::size_t count) {
  return (count + column_group - 1) / column_group * column_group;
}

// Columns with memory of their own, 64-byte aligned; grows, never shrinks. Not thread-safe.
class ColumnBuffer {
 public:
  // A block of that shape; what it held before is lost. The stride is an odd multiple of column_group, so that
  // the same column of successive features falls into different cache sets.
  [[nodiscard]] Columns shape(std::size_t features, std::size_t count) {
    std::size_t stride = round_up_columns(count) + column_group;
    if (stride / column_group % 2 == 0) stride += column_group;
    const std::size_t groups = features * stride / column_group;
    if (groups > memory_.size()) memory_.resize(groups);
    return {memory_.data()->values, features, count, stride};
  }

 private:
  struct alignas(64) Group {
    float values[column_group] = {};
  };
  std::vector<Group> memory_;
};

}  // namespace kindling
