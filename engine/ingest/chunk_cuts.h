// Cutting a row of weights into pieces that are about equal and never over a limit.
//
// Pure; linear in the sum of the weights.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kindling {

struct Weighted {
  std::uint32_t weight = 1;  // 1 to the limit
  float cut_after = 0;       // what it costs to end a piece here: 0 at an end of a paragraph, 1 after a heading
};

// The ends of the pieces, the last one `row.size()`; no piece weighs more than `limit`. Among such cuts, one
// with the least sum of squared deviations from an equal share (as parts of the limit) plus the cost of the
// cuts. Nothing for an empty row. Time is the row's length times the units in one piece: for rows of bounded
// weight.
[[nodiscard]] std::vector<std::uint32_t> best_even_cuts(std::span<const Weighted> row, std::uint32_t limit);

// The same, chosen greedily from left to right: for rows of any length.
[[nodiscard]] std::vector<std::uint32_t> quick_even_cuts(std::span<const Weighted> row, std::uint32_t limit);

}  // namespace kindling
