// Runs a test body on every vector instruction set of the machine, and fills memory with numbers.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "base/simd/columns.h"
#include "base/simd/dispatch.h"

namespace kindling {

template <typename Body>
void on_every_target(Body body) {
  for (const SimdTarget target : simd_targets()) {
    SCOPED_TRACE(std::string(to_string(target)));
    const ForcedSimdTarget forced(target);
    body();
    if (testing::Test::HasFatalFailure()) return;
  }
}

// The same, and where the processor has no tiles, on their model in software (base/simd/tiles.h), which is
// slow: for small products of packed weights, the only thing that tiles change.
template <typename Body>
void on_every_packed_target(Body body) {
  on_every_target(body);
  const auto targets = simd_targets();
  const auto has = [&](SimdTarget target) { return std::ranges::find(targets, target) != targets.end(); };
  if (has(SimdTarget::amx) || !has(SimdTarget::avx512)) return;
  SCOPED_TRACE("tiles in software");
  const ForcedSimdTarget forced(SimdTarget::amx);
  body();
}

class Numbers {
 public:
  explicit Numbers(unsigned seed) : random_(seed) {}

  [[nodiscard]] float next() { return normal_(random_); }
  [[nodiscard]] std::vector<float> vector(std::size_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = next();
    return values;
  }
  // All of the block, idle columns included.
  void fill(const Columns& columns) {
    for (std::size_t f = 0; f < columns.features; ++f) {
      for (std::size_t c = 0; c < columns.stride; ++c) columns.feature(f)[c] = next();
    }
  }

 private:
  std::mt19937 random_;
  std::normal_distribution<float> normal_;
};

}  // namespace kindling
