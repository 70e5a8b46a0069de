// Finding one's way forward in ascending values: doubling steps, then a search between the last two (Bentley
// and Yao, "An almost optimal algorithm for unbounded searching", 1976).
#pragma once

#include <algorithm>
#include <cstddef>

namespace kindling {

// The first place from `at` on whose value is not below; `end` if all are.
template <class Values, class Below>
std::size_t gallop(const Values& values, std::size_t at, std::size_t end, Below below) {
  if (at >= end || !below(values[at])) return at;
  std::size_t step = 1;
  while (at + step < end && below(values[at + step])) {
    at += step;
    step *= 2;
  }
  std::size_t high = std::min(at + step, end);
  while (at + 1 < high) {
    const std::size_t middle = at + (high - at) / 2;
    (below(values[middle]) ? at : high) = middle;
  }
  return high;
}

}  // namespace kindling
