#include "encoder/distance_buckets.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace kindling {
namespace {

constexpr float farthest = 128;

}  // namespace

std::size_t distance_bucket(std::int64_t distance, std::size_t buckets) {
  const std::size_t half = buckets / 2, near = half / 2;
  const std::size_t first = distance < 0 ? half : 0;
  const auto apart = static_cast<std::size_t>(std::abs(distance));
  if (apart < near) return first + apart;
  const auto exact = static_cast<float>(near);
  const float share = std::log(static_cast<float>(apart) / exact) / std::log(farthest / exact);
  return first + std::min(half - 1, near + static_cast<std::size_t>(share * static_cast<float>(half - near)));
}

std::vector<float> gains_by_distance(std::span<const float> learned, std::size_t heads, std::size_t radius,
                                     float scale) {
  const std::size_t buckets = learned.size() / heads, width = 2 * radius + 1;
  std::vector<float> gains(heads * width);
  for (std::size_t i = 0; i < width; ++i) {
    const auto distance = static_cast<std::int64_t>(i) - static_cast<std::int64_t>(radius);
    const float* row = learned.data() + distance_bucket(distance, buckets) * heads;
    for (std::size_t head = 0; head < heads; ++head) gains[head * width + i] = row[head] / scale;
  }
  return gains;
}

}  // namespace kindling
