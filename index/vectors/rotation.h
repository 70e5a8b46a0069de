// A fixed random rotation: after it, every dimension of every vector says about the same.
//
// Two rounds of random signs and Hadamard transforms, one over the first power of two of the dimensions and,
// where some are left, one over the last. No matrix is kept and a vector costs d log d additions. Two rounds
// find what a dense random orthogonal matrix finds (docs/vectors.md); one would as well, but it leaves sparse
// vectors sparse. The same on every machine, to the bit. Immutable; safe from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kindling {

class Rotation {
 public:
  // Requires: dimensions > 0.
  explicit Rotation(std::uint32_t dimensions);

  // Of a rotated vector: `dimensions` rounded up to a multiple of 16, as codes want it.
  [[nodiscard]] std::uint32_t padded() const { return padded_; }
  [[nodiscard]] static constexpr std::uint32_t padded(std::uint32_t dimensions) {
    return (dimensions + 15) / 16 * 16;
  }

  // in: [dimensions]   out: [padded], of the same length up to rounding
  void rotate(std::span<const float> in, std::span<float> out) const;

 private:
  std::uint32_t dimensions_, padded_, window_;
  std::vector<float> signs_;  // [rounds][padded]
};

}  // namespace kindling
