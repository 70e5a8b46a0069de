#include "engine/pack/arrangement.h"

#include <algorithm>

namespace kindling {
namespace {

struct SectionRuns {
  std::uint32_t first = 0, count = 0;  // of the runs
  float value = 0;                     // of its best unit
  bool pinned = false;
};

// First, third, fifth ... from the front; second, fourth ... from the back: the weakest end up in the middle.
std::vector<SectionRuns> best_at_both_edges(std::span<const SectionRuns> best_first) {
  std::vector<SectionRuns> edges(best_first.size());
  std::size_t front = 0, back = edges.size();
  for (std::size_t i = 0; i < best_first.size(); ++i) edges[i % 2 == 0 ? front++ : --back] = best_first[i];
  return edges;
}

void put_in_order(std::vector<SectionRuns>& sections, PassageOrder order) {
  const auto begin = std::stable_partition(sections.begin(), sections.end(),
                                           [](const SectionRuns& section) { return section.pinned; });
  if (order == PassageOrder::document) return;
  std::stable_sort(begin, sections.end(),
                   [](const SectionRuns& a, const SectionRuns& b) { return a.value > b.value; });
  if (order != PassageOrder::edges) return;
  const std::vector<SectionRuns> edges = best_at_both_edges(std::span(begin, sections.end()));
  std::copy(edges.begin(), edges.end(), begin);
}

}  // namespace

Arrangement arranged(std::span<const Unit> units, std::span<const UnitIndex> chosen, PassageOrder order) {
  std::vector<Run> runs;
  std::vector<SectionRuns> sections;
  bool any_pinned = false;
  for (const UnitIndex index : chosen) {
    const Unit& unit = units[position(index)];
    if (runs.empty() || !continues(units, runs.back().last, index)) {
      if (runs.empty() || units[position(runs.back().last)].section != unit.section) {
        sections.push_back({static_cast<std::uint32_t>(runs.size()), 0, 0, unit.pinned});
        any_pinned = any_pinned || unit.pinned;
      }
      runs.push_back({index, index, 0});
      ++sections.back().count;
    }
    runs.back().last = index;
    runs.back().value = std::max(runs.back().value, unit.value);
    sections.back().value = std::max(sections.back().value, unit.value);
  }
  if (order == PassageOrder::document && !any_pinned) return {std::move(runs), 0};
  put_in_order(sections, order);
  Arrangement arrangement;
  arrangement.runs.reserve(runs.size());
  for (const SectionRuns& section : sections) {
    for (std::uint32_t r = 0; r < section.count; ++r) arrangement.runs.push_back(runs[section.first + r]);
    if (section.pinned) arrangement.pinned = arrangement.runs.size();
  }
  return arrangement;
}

ByteSpan span_of(std::span<const Unit> units, const Run& run) {
  return {units[position(run.first)].span.begin, units[position(run.last)].span.end};
}

}  // namespace kindling
