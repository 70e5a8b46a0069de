// What postings add to the scores of their documents, in fixed point, and how candidates come out of the sums.
//
//   contribution = max(1, trunc(weight * tf / (tf + norm of the document)))
//
// in single precision, one rounding an operation: every target and every path gives the same number to the last
// bit, and sums of them do not depend on their order. Thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace kindling {

// Weights stay below this, so that sums of the contributions of a question stay in 32 bits.
inline constexpr float impact_weight_max = 1073741824.0F;

// One posting. Requires: frequency > 0, norm >= 0, 0 <= weight <= impact_weight_max.
[[nodiscard]] inline std::uint32_t contribution(float weight, std::uint32_t frequency, float norm) {
  const auto tf = static_cast<float>(static_cast<std::int32_t>(frequency));
  const float product = weight * tf;
  const float value = product / (tf + norm);
  return static_cast<std::uint32_t>(std::max(1, static_cast<std::int32_t>(value)));
}

// out[i] = contribution(weight, frequencies[i], norms[documents[i]]).
// Requires: spans of one size; documents inside norms; frequencies below 2^31.
void contributions(std::span<const std::uint32_t> documents, std::span<const std::uint32_t> frequencies,
                   std::span<const float> norms, float weight, std::span<std::uint32_t> out);

// sums[i] += levels[i] * step. Requires: spans of one size; no sum leaves 32 bits.
void add_levels(std::span<const std::uint8_t> levels, std::uint32_t step, std::span<std::uint32_t> sums);

// Places of the values that are `least` or more, ascending; returns how many.
// Requires: least >= 1, places.size() >= values.size() + select_slack.
inline constexpr std::size_t select_slack = 64;
[[nodiscard]] std::size_t select_at_least(std::span<const std::uint32_t> values, std::uint32_t least,
                                          std::span<std::uint32_t> places);

}  // namespace kindling
