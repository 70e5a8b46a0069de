#include "engine/ingest/chunk_cuts.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace kindling {
namespace {

std::uint64_t weight_of(std::span<const Weighted> row) {
  std::uint64_t sum = 0;
  for (const Weighted& unit : row) sum += unit.weight;
  return sum;
}

// The weight of one of the fewest equal pieces.
double equal_share(std::uint64_t weight, std::uint32_t limit) {
  const std::uint64_t pieces = (weight + limit - 1) / limit;
  return static_cast<double>(weight) / static_cast<double>(std::max<std::uint64_t>(pieces, 1));
}

double deviation(std::uint64_t weight, double share, std::uint32_t limit) {
  const double parts = (static_cast<double>(weight) - share) / limit;
  return parts * parts;
}

}  // namespace

std::vector<std::uint32_t> best_even_cuts(std::span<const Weighted> row, std::uint32_t limit) {
  const double share = equal_share(weight_of(row), limit);
  std::vector<double> cost(row.size() + 1,
                           std::numeric_limits<double>::infinity());  // of the best cuts of a prefix
  std::vector<std::uint32_t> begin(row.size() + 1, 0);                // where their last piece begins
  cost[0] = 0;
  for (std::size_t end = 1; end <= row.size(); ++end) {
    const double cut = end < row.size() ? static_cast<double>(row[end - 1].cut_after) : 0.0;
    std::uint64_t weight = 0;
    for (std::size_t from = end; from-- > 0;) {
      weight += row[from].weight;
      if (weight > limit) break;
      const double candidate = cost[from] + deviation(weight, share, limit) + cut;
      if (candidate < cost[end]) {
        cost[end] = candidate;
        begin[end] = static_cast<std::uint32_t>(from);
      }
    }
  }
  std::vector<std::uint32_t> ends;
  for (std::size_t end = row.size(); end > 0; end = begin[end]) ends.push_back(static_cast<std::uint32_t>(end));
  std::reverse(ends.begin(), ends.end());
  return ends;
}

std::vector<std::uint32_t> quick_even_cuts(std::span<const Weighted> row, std::uint32_t limit) {
  std::vector<std::uint32_t> ends;
  std::uint64_t rest = weight_of(row);
  std::size_t from = 0;
  while (rest > limit) {
    const double share = equal_share(rest, limit);
    double best_cost = std::numeric_limits<double>::infinity();
    std::size_t best_end = from;
    std::uint64_t best_weight = 0;
    std::uint64_t weight = 0;
    for (std::size_t at = from; at < row.size() && weight + row[at].weight <= limit; ++at) {
      weight += row[at].weight;
      // A piece under half a share is taken only when nothing larger fits, so that each step gets on.
      const bool too_small = static_cast<double>(weight) < share / 2;
      const double cost = too_small ? 1e9 - static_cast<double>(weight)
                                    : deviation(weight, share, limit) + static_cast<double>(row[at].cut_after);
      if (cost >= best_cost) continue;
      best_cost = cost;
      best_end = at + 1;
      best_weight = weight;
    }
    KINDLING_CHECK(best_end > from);  // no weight exceeds the limit
    ends.push_back(static_cast<std::uint32_t>(best_end));
    from = best_end;
    rest -= best_weight;
  }
  if (from < row.size()) ends.push_back(static_cast<std::uint32_t>(row.size()));
  return ends;
}

}  // namespace kindling
