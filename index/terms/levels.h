// A share of a score in eight bits, for bounds.
//
// Impacts in a byte as in Anh, de Kretser and Moffat, "Vector-space ranking with effective early termination"
// (SIGIR 2001), rounded up: what a level stands for is never less than the share, and by less than a level
// more.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace kindling {

inline constexpr std::uint32_t level_max = 255;
// By how many levels a share may lie below its own, the rounding of the division included.
inline constexpr double level_slack = 1.002;

// Of `share` in 255ths of `share_max`, 1 at least. Requires: 0 <= share <= share_max, share_max > 0.
[[nodiscard]] inline std::uint8_t level_of(float share, float share_max) {
  return static_cast<std::uint8_t>(std::clamp(std::ceil(share / share_max * 255.0F + 1e-3F), 1.0F, 255.0F));
}

}  // namespace kindling
