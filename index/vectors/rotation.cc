#include "index/vectors/rotation.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>

#include "base/check.h"

namespace kindling {
namespace {

constexpr std::uint32_t rounds = 2;
constexpr std::uint32_t seed = 20'261'121;  // of every index: codes of one rotation do not fit another

// One level of the transform: sums and differences of numbers `kStep` apart. The step is known to the compiler,
// so that it can use vectors for the small ones.
template <std::size_t kStep>
void butterflies(float* values, std::size_t count) {
  for (std::size_t block = 0; block < count; block += 2 * kStep) {
    float* low = values + block;
    float* high = low + kStep;
    for (std::size_t i = 0; i < kStep; ++i) {
      const float sum = low[i] + high[i];
      high[i] = low[i] - high[i];
      low[i] = sum;
    }
  }
}

// Requires: count is a power of two, at least 16. Longer by the square root of `count`.
void hadamard(float* values, std::size_t count) {
  butterflies<1>(values, count);
  butterflies<2>(values, count);
  butterflies<4>(values, count);
  butterflies<8>(values, count);
  for (std::size_t step = 16; step < count; step *= 2) {
    for (std::size_t block = 0; block < count; block += 2 * step) {
      for (std::size_t at = block; at < block + step; at += 16) {
        float* low = values + at;
        float* high = low + step;
        for (std::size_t i = 0; i < 16; ++i) {
          const float sum = low[i] + high[i];
          high[i] = low[i] - high[i];
          low[i] = sum;
        }
      }
    }
  }
}

}  // namespace

Rotation::Rotation(std::uint32_t dimensions)
    : dimensions_(dimensions),
      padded_(padded(dimensions)),
      window_(std::bit_floor(padded_)),
      signs_(std::size_t{rounds} * padded_) {
  KINDLING_CHECK(dimensions > 0);
  std::mt19937 random(seed);
  for (float& sign : signs_) sign = (random() & 1U) == 0 ? 1.0F : -1.0F;
}

void Rotation::rotate(std::span<const float> in, std::span<float> out) const {
  KINDLING_CHECK(in.size() == dimensions_ && out.size() == padded_);
  std::fill(std::copy(in.begin(), in.end(), out.begin()), out.end(), 0.0F);
  const float scale = 1 / std::sqrt(static_cast<float>(window_));
  const std::size_t last = padded_ - window_;
  for (std::uint32_t round = 0; round < rounds; ++round) {
    const float* signs = signs_.data() + std::size_t{round} * padded_;
    for (std::size_t i = 0; i < padded_; ++i) out[i] *= signs[i];
    hadamard(out.data(), window_);
    for (std::size_t i = 0; i < window_; ++i) out[i] *= scale;
    if (last == 0) continue;
    hadamard(out.data() + last, window_);
    for (std::size_t i = last; i < padded_; ++i) out[i] *= scale;
  }
}

}  // namespace kindling
