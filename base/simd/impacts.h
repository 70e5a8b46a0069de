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

// What the length of a document does to its shares.
struct LengthNorm {
  float flat = 0;
  float slope = 0;
};

// out[i] = trunc(weight * tf / (tf + norm.flat + norm.slope * lengths[documents[i]])), in single precision.
// Requires: spans of one size; documents inside lengths; frequencies and lengths below 2^31; frequencies above
// 0.
void contributions_by_length(std::span<const std::uint32_t> documents,
                             std::span<const std::uint32_t> frequencies, std::span<const std::uint32_t> lengths,
                             LengthNorm norm, float weight, std::span<std::uint32_t> out);

// What a level (block_postings.h) adds under a scale: level * scale / 256, rounded down.
[[nodiscard]] inline std::uint16_t scaled_level(std::uint8_t level, std::uint16_t scale) {
  return static_cast<std::uint16_t>(std::uint32_t{level} * scale >> 8);
}

// out[i] = scaled_level(levels[i], scale). Requires: spans of one size.
void scale_levels(std::span<const std::uint8_t> levels, std::uint16_t scale, std::span<std::uint16_t> out);

// sums[i] += scaled_level(levels[i], scale). Requires: spans of one size; no sum leaves 16 bits.
void add_levels(std::span<const std::uint8_t> levels, std::uint16_t scale, std::span<std::uint16_t> sums);

// out[i] = (levels[i] * unit << shift) + rest: beside other numbers in one.
// Requires: spans of one size; unit <= level_unit_max; nothing leaves 64 bits.
inline constexpr std::uint32_t level_unit_max = 0xffffffff / 255;
void place_levels(std::span<const std::uint8_t> levels, std::uint32_t unit, unsigned shift, std::uint64_t rest,
                  std::span<std::uint64_t> out);

// How many values are `least` or more; of `enough` or more that many at least.
[[nodiscard]] std::size_t count_at_least(std::span<const std::uint16_t> values, std::uint16_t least,
                                         std::size_t enough);

// Their places, ascending; returns how many.
// Requires: values.size() <= 65,536, places.size() >= values.size().
[[nodiscard]] std::size_t select_at_least(std::span<const std::uint16_t> values, std::uint16_t least,
                                          std::span<std::uint16_t> places);

// Of sums of several numbers side by side, places of those that are `least` or more, or of which the bits of
// `part` are above `above`. Requires: least >= 1; sums, least and above below 2^63;
// places.size() >= sums.size() + select_slack.
inline constexpr std::size_t select_slack = 64;
[[nodiscard]] std::size_t select_reaching(std::span<const std::uint64_t> sums, std::uint64_t least,
                                          std::uint64_t part, std::uint64_t above,
                                          std::span<std::uint32_t> places);

}  // namespace kindling
