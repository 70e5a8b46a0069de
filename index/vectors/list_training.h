// Centres for lists of like vectors, and which list a vector belongs to: k-means on the sphere.
//
// A sample of the rows, evenly spaced, is assigned to the centre of the largest product, and each centre
// becomes the direction of the sum of its rows, a few times over. The same for any number of threads. Pure;
// safe from any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "index/vectors/nearest.h"

namespace kindling {

inline constexpr std::uint32_t no_list = 0xffff'ffff;

// [lists][dimensions], each of length one. Requires: 0 < lists <= rows.count. Rows that hold a NaN count for
// nothing.
[[nodiscard]] std::vector<float> train_centres(const VectorMatrix& rows, std::uint32_t lists, unsigned threads);

// Of each row the `count` centres of the largest products, the largest first, the first of equals; no_list for
// a row that holds a NaN, and where there are no more.   [rows.count][count]
//   centres: [lists][rows.dimensions]
[[nodiscard]] std::vector<std::uint32_t> nearest_centres(const VectorMatrix& rows,
                                                         const std::vector<float>& centres, std::uint32_t count,
                                                         unsigned threads);

}  // namespace kindling
