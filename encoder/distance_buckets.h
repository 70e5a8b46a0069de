// Which of a few learned numbers a score gains by the distance of its tokens (Raffel et al., 1910.10683,
// section 2.1, as MPNet uses it): near distances have one each, further ones share it, on a logarithmic scale
// up to 128.
//
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kindling {

// Of a key `distance` tokens before its query (negative: behind it). `buckets` is a multiple of 4.
[[nodiscard]] std::size_t distance_bucket(std::int64_t distance, std::size_t buckets);

// For DistanceGains (base/simd/attention.h): [heads][2 * radius + 1], divided by `scale`.
// `learned`: [buckets][heads].
[[nodiscard]] std::vector<float> gains_by_distance(std::span<const float> learned, std::size_t heads,
                                                   std::size_t radius, float scale);

}  // namespace kindling
