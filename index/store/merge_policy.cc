#include "index/store/merge_policy.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

namespace kindling {
namespace {

constexpr std::ptrdiff_t segments_joined = 4;

int tier_of(const SegmentLife& segment) {
  return (static_cast<int>(std::bit_width(std::max<std::uint64_t>(segment.weight(), 1))) - 1) / 2;
}

bool is_lighter(const SegmentLife& a, const SegmentLife& b) {
  return std::pair(a.weight(), a.row->number) < std::pair(b.weight(), b.row->number);
}

// As many of the lightest as fit into one segment.
void keep_what_fits(std::vector<SegmentLife>& segments, std::uint64_t bytes_max) {
  std::stable_sort(segments.begin(), segments.end(), is_lighter);
  std::uint64_t chunks = 0, bytes = 0;
  const auto past_limit = std::find_if(segments.begin(), segments.end(), [&](const SegmentLife& segment) {
    chunks += segment.row->chunks;
    bytes += segment.row->bytes;
    return chunks > merged_chunks_max || bytes > bytes_max;
  });
  segments.erase(past_limit, segments.end());
}

void order_by_number(std::vector<SegmentLife>& segments) {
  std::sort(segments.begin(), segments.end(),
            [](const SegmentLife& a, const SegmentLife& b) { return a.row->number < b.row->number; });
}

std::uint64_t weight_of(std::span<const SegmentLife> segments) {
  std::uint64_t weight = 0;
  for (const SegmentLife& segment : segments) weight += segment.weight();
  return weight;
}

std::uint64_t bytes_of(std::span<const SegmentLife> segments) {
  std::uint64_t bytes = 0;
  for (const SegmentLife& segment : segments) bytes += segment.row->bytes;
  return bytes;
}

// The lightest segments up to the first tier that has four, and as many more of that tier as fit. Requires:
// lightest first.
std::ptrdiff_t due_by_tier(std::span<const SegmentLife> segments, std::uint64_t bytes_max) {
  std::uint64_t chunks = 0, bytes = 0;
  std::ptrdiff_t of_tier = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    chunks += segments[i].row->chunks;
    bytes += segments[i].row->bytes;
    if (chunks > merged_chunks_max) return 0;
    of_tier = i > 0 && tier_of(segments[i]) == tier_of(segments[i - 1]) ? of_tier + 1 : 1;
    if (of_tier < segments_joined) continue;
    const bool ends = i + 1 == segments.size() || tier_of(segments[i + 1]) != tier_of(segments[i]);
    const bool room = !ends && chunks + segments[i + 1].row->chunks <= merged_chunks_max &&
                      bytes + segments[i + 1].row->bytes <= bytes_max;
    if (!room) return static_cast<std::ptrdiff_t>(i) + 1;
  }
  return 0;
}

}  // namespace

std::uint64_t SegmentLife::weight() const {
  const std::uint64_t live = row->documents - removed.size();
  if (row->documents == 0) return 0;
  return std::uint64_t{row->chunks} * live / row->documents + live;
}

std::vector<SegmentLife> lives_of(const CatalogState& state) {
  std::vector<SegmentLife> lives;
  auto removed = state.removed.begin();
  for (const CatalogSegment& row : state.segments) {
    SegmentLife life{&row, {}};
    for (; removed != state.removed.end() && removed->segment == row.number; ++removed) {
      life.removed.push_back(removed->slot);
    }
    lives.push_back(std::move(life));
  }
  return lives;
}

std::vector<SegmentLife> next_merge(std::vector<SegmentLife> segments, std::uint64_t weight_max,
                                    std::uint64_t bytes_max) {
  if (segments.size() > segments_max) weight_max = UINT64_MAX;
  const auto affordable = [&](std::vector<SegmentLife> chosen) {
    if (weight_of(chosen) > weight_max || bytes_of(chosen) > bytes_max) chosen.clear();
    order_by_number(chosen);
    return chosen;
  };
  std::stable_sort(segments.begin(), segments.end(), is_lighter);
  std::vector<SegmentLife> chosen(segments.begin(), segments.begin() + due_by_tier(segments, bytes_max));
  chosen = affordable(std::move(chosen));
  if (!chosen.empty()) return chosen;
  std::erase_if(segments, [](const SegmentLife& segment) { return !segment.mostly_removed(); });
  keep_what_fits(segments, bytes_max);
  return affordable(std::move(segments));
}

std::vector<SegmentLife> full_merge(std::vector<SegmentLife> segments) {
  std::erase_if(segments, [](const SegmentLife& segment) {
    return segment.row->chunks > small_segment_chunks_max && !segment.mostly_removed();
  });
  keep_what_fits(segments, UINT64_MAX);
  order_by_number(segments);
  // One segment without anything to drop is compact.
  if (segments.size() == 1 && segments.front().removed.empty()) segments.clear();
  return segments;
}

}  // namespace kindling
