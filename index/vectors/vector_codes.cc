#include "index/vectors/vector_codes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "base/simd/codes.h"
#include "index/vectors/exact_pass.h"
#include "index/vectors/neighbour_walk.h"
#include "index/vectors/search_time.h"

namespace kindling {
namespace {

// A share of the rows at and below which every allowed row is compared: such a search loses none.
constexpr std::size_t rows_per_allowed = 100;
// Among rows that a filter kept for being alike, estimates tell less: so many times the candidates are kept, up
// to this, and the margin is wider by this share (docs/vectors.md).
constexpr double filtered_candidates = 4;
constexpr float filtered_margin = 1.25F;
// What an exact pass by int8 codes leaves to the full vectors, as a multiple of k: measured about 3.
constexpr double survivors_per_hit = 3;
// Where fewer of the rows are allowed, neighbours may not be, and a search looks as deep as without them.
constexpr double walked_share = .9;

double between(double from, double to, double share) { return from + (to - from) * share; }

double log_between(double from, double to, double share) {
  return std::exp(between(std::log(std::max(from, 1e-3)), std::log(std::max(to, 1e-3)), share));
}

// Between the two that were measured, on a logarithmic scale; as deep as the deeper of the two where depth is
// not a number of rows. Past the last k that was measured: in proportion.
SearchDepth depth_for(const CodesHead& head, std::span<const SearchDepth> depths, double k) {
  if (k <= depths.front().k) return depths.front();
  std::size_t next = 1;
  while (next < depths.size() && depths[next].k < k) ++next;
  const SearchDepth& low = depths[next - 1];
  if (next == depths.size()) {
    SearchDepth deep = low;
    const double share = std::min(k / low.k, 1.0 * head.rows);
    const auto scaled = [&](double value, double most) { return std::min(value * share, most); };
    deep.candidates = static_cast<std::uint32_t>(scaled(low.candidates, head.rows));
    deep.reranked = static_cast<std::uint32_t>(scaled(low.reranked, head.rows));
    deep.blocks = static_cast<float>(scaled(low.blocks, head.blocks));
    deep.lists = static_cast<float>(scaled(low.lists, head.lists));
    return deep;
  }
  const SearchDepth& high = depths[next];
  if (k == high.k) return high;
  const double share = std::log(k / low.k) / std::log(static_cast<double>(high.k) / low.k);
  SearchDepth depth;
  depth.candidates = static_cast<std::uint32_t>(std::ceil(log_between(low.candidates, high.candidates, share)));
  depth.reranked = static_cast<std::uint32_t>(std::ceil(log_between(low.reranked, high.reranked, share)));
  depth.margin = std::max(low.margin, high.margin);
  depth.recall = std::min(low.recall, high.recall);
  depth.blocks = static_cast<float>(log_between(low.blocks, high.blocks, share));
  depth.lists = static_cast<float>(log_between(low.lists, high.lists, share));
  return depth;
}

}  // namespace

std::string_view to_string(VectorMethod method) {
  switch (method) {
    case VectorMethod::exact:
      return "exact";
    case VectorMethod::scan:
      return "scan";
    case VectorMethod::lists:
      return "lists";
  }
  return "exact";
}

VectorCodes::VectorCodes(const CodesHead& head, const CodesParts& parts, const VectorMatrix& rows)
    : head_(head), parts_(parts), rows_(rows), rotation_(rows.dimensions) {}

Result<VectorCodes> VectorCodes::open(std::string_view bytes, const VectorMatrix& rows) {
  KINDLING_CHECK(rows.dimensions > 0 && rows.dimensions <= vector_dimensions_max);
  KINDLING_TRY(const CodesHead head, read_codes_head(bytes, rows));
  return VectorCodes(head, codes_parts(head, bytes.data()), rows);
}

VectorPlan VectorCodes::plan_of_all(std::size_t k, const RowSet& allowed, const VectorCosts& costs,
                                    bool untouched) const {
  const std::size_t count = allowed.count(head_.rows);
  k = std::min(k, std::max<std::size_t>(count, 1));
  VectorPlan plan;
  plan.method = VectorMethod::exact;
  plan.candidates = count;
  plan.lists_all = head_.lists;
  plan.reranked = head_.lists == 0
                      ? count
                      : std::min(count, static_cast<std::size_t>(survivors_per_hit * static_cast<double>(k)));
  plan.microseconds = exact_time(head_, static_cast<double>(count), static_cast<double>(plan.reranked),
                                 static_cast<double>(k), costs, untouched);
  return plan;
}

VectorPlan VectorCodes::plan(std::size_t k, const RowSet& allowed, const VectorCosts& costs,
                             bool untouched) const {
  KINDLING_CHECK(k > 0);
  const std::size_t count = allowed.count(head_.rows);
  const VectorPlan exact = plan_of_all(k, allowed, costs, untouched);
  if (head_.lists == 0 || count <= head_.rows / rows_per_allowed || k >= count) return exact;

  const double part = static_cast<double>(count) / head_.rows;
  const std::span walked_depths(head_.walked.data(), head_.depths_walked);
  const bool walks = !walked_depths.empty() && k <= walked_depths.back().k && part >= walked_share;
  const auto depths = walks ? walked_depths : std::span(head_.depth).first(head_.depths);
  const SearchDepth depth = depth_for(head_, depths, static_cast<double>(k));
  // Of allowed rows at random, the k-th is about as far as the one in that place among all.
  const double deeper = std::min(filtered_candidates, 1 / part);
  const SearchDepth wide = depth_for(head_, depths, deeper * static_cast<double>(k) / part);
  VectorPlan plan;
  plan.method = head_.lists > 1 ? VectorMethod::lists : VectorMethod::scan;
  plan.candidates = std::clamp(static_cast<std::size_t>(deeper * depth.candidates), k, count);
  plan.reranked = std::clamp<std::size_t>(depth.reranked, k, plan.candidates);
  plan.lists = static_cast<std::size_t>(std::ceil(wide.lists));
  plan.lists_all = head_.lists;
  plan.walks = walks;
  plan.recall = depth.recall;
  plan.margin = deeper > 1 ? depth.margin + std::abs(depth.margin) * (filtered_margin - 1) : depth.margin;
  plan.microseconds = scan_time(head_,
                                {.lists = wide.lists,
                                 .blocks = wide.blocks,
                                 .candidates = static_cast<double>(plan.candidates),
                                 .reranked = static_cast<double>(plan.reranked),
                                 .k = static_cast<double>(k),
                                 .allowed_share = part,
                                 .neighbours = walks ? 1.0 * head_.neighbours : 0},
                                costs, untouched);
  return plan.microseconds < exact.microseconds ? plan : exact;
}

std::vector<Neighbour> VectorCodes::nearest(CodeQuery& query, std::size_t k, const RowSet& allowed,
                                            const VectorCosts& costs, const FarRows& far, float floor) const {
  const std::span<const float> numbers = query.numbers();
  KINDLING_CHECK(numbers.size() == head_.dimensions && k > 0);
  const VectorPlan chosen = plan(k, allowed, costs, far.far());
  if (chosen.method == VectorMethod::exact) return nearest_of_all(numbers, k, allowed, floor);
  const ScanQuery& asked = query.for_scans(rotation_);
  CodeScan scan(head_, parts_, asked, far);
  auto found =
      ranked(rows_, parts_.int8_rows(), numbers, asked.by_codes(),
             scan.candidates(chosen.candidates, chosen.margin, allowed), chosen.reranked, k, far, floor);
  if (!chosen.walks) return found;
  return walked(head_, parts_, rows_, numbers, asked.by_codes(), std::move(found), k, allowed, far, floor);
}

std::vector<Neighbour> VectorCodes::nearest_of_all(std::span<const float> query, std::size_t k,
                                                   const RowSet& allowed, float floor) const {
  KINDLING_CHECK(query.size() == head_.dimensions && k > 0);
  return head_.lists == 0 ? exact_pass(rows_, query, k, allowed, floor)
                          : exact_pass(rows_, parts_.int8_rows(), query, k, allowed, floor);
}

std::size_t VectorCodes::scanned_bytes() const {
  return head_.lists == 0 ? 0 : codes_size(head_) - head_.bytes() - ranked_bytes() - neighbour_bytes();
}

}  // namespace kindling
