#include "index/vectors/search_time.h"

#include <algorithm>
#include <cmath>

#include "index/vectors/int8_codes.h"

namespace kindling {
namespace {

// Of a search, whatever it looks at: the query's rotation and tables.
constexpr double setup = 5'000;

// Of the neighbours of k hits, the share that is compared: most of them were come to before (measured .25 of
// ten's, .12 of 400's); and nanoseconds to look one up.
constexpr double neighbours_compared = .15;
constexpr double looked_up = 10;

double scale_of(const CodesHead& head, const VectorCosts& costs) {
  return static_cast<double>(head.dimensions) / costs.dimensions;
}

double full_row(const CodesHead& head, const VectorCosts& costs) {
  return cost_over(costs.full_row, 1.0 * head.rows * head.dimensions * sizeof(float)) * scale_of(head, costs);
}

double codes_bytes(const CodesHead& head) { return 1.0 * head.rows * int8_stride(head.dimensions); }

double sorting(double count, const VectorCosts& costs) {
  return count * std::log2(std::max(count, 2.0)) * costs.sorted;
}

// The last step of every search: full products of some rows, the best k of them in order.
double ranking(const CodesHead& head, double reranked, double k, const VectorCosts& costs, bool untouched) {
  return reranked * (full_row(head, costs) + costs.kept + (untouched ? costs.copied : 0)) +
         sorting(std::min(reranked, k), costs);
}

}  // namespace

double offers_kept(double wanted, double count) {
  if (count <= wanted || wanted <= 0) return std::max(count, 0.0);
  return wanted * (1 + std::log(count / wanted));
}

double scan_time(const CodesHead& head, const ScanSteps& steps, const VectorCosts& costs, bool untouched) {
  const double scale = scale_of(head, costs);
  const double block_bytes = head.dimensions / 8.0 * code_block_rows;
  const double seen = steps.blocks * code_block_rows;
  const double kept = offers_kept(steps.candidates, seen * steps.allowed_share);
  double time = setup + steps.blocks * cost_over(costs.block, head.blocks * block_bytes) * scale;
  if (head.lists > 1) time += head.lists * costs.list * scale + steps.lists * costs.list_begun;
  time += kept * costs.kept;
  if (steps.allowed_share < 1) time += std::min(seen, kept / steps.allowed_share) * costs.tested;
  if (steps.reranked < steps.candidates) {
    time += steps.candidates * (cost_over(costs.int8_row, codes_bytes(head)) * scale + costs.kept +
                                (untouched ? costs.copied : 0));
  }
  if (steps.neighbours > 0) {
    const double one = cost_over(costs.int8_row, codes_bytes(head)) * scale + (untouched ? costs.copied : 0);
    time += steps.k * (one + steps.neighbours * (looked_up + neighbours_compared * one));
  }
  if (untouched) {
    const double all = head.blocks * block_bytes / bytes_a_fault;
    time += costs.fault * std::min(all, steps.lists + steps.blocks * block_bytes / bytes_a_fault);
  }
  return (time + ranking(head, steps.reranked, steps.k, costs, untouched)) / 1e3;
}

double exact_time(const CodesHead& head, double allowed, double reranked, double k, const VectorCosts& costs,
                  bool untouched) {
  // Where all are wanted nothing is dropped on the way.
  const double kept = k < allowed ? offers_kept(k, allowed) : 0;
  double time = kept * (costs.kept + std::log2(std::max(k, 2.0)) * costs.sorted);
  if (head.lists == 0) {
    time += allowed * (full_row(head, costs) + costs.tested);
    if (untouched)
      time += costs.fault * std::min(allowed, head.rows * head.dimensions * sizeof(float) / bytes_a_fault);
    return time / 1e3;
  }
  // Searches with one filter come together, and then the caches hold what it keeps.
  const double bytes = allowed * int8_stride(head.dimensions);
  time += allowed * cost_over(costs.int8_next, bytes) * scale_of(head, costs);
  if (untouched) time += costs.fault * std::min(allowed, codes_bytes(head) / bytes_a_fault);
  return (time + ranking(head, reranked, k, costs, false) + (untouched ? reranked * costs.fault : 0)) / 1e3;
}

}  // namespace kindling
