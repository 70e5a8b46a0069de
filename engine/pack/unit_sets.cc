#include "engine/pack/unit_sets.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <unordered_map>

namespace kindling {
namespace {

bool before(const Unit& a, const Unit& b) {
  return a.chunk != b.chunk ? position(a.chunk) < position(b.chunk) : a.span.begin < b.span.begin;
}
bool same(const Unit& a, const Unit& b) { return a.chunk == b.chunk && a.span.begin == b.span.begin; }

std::uint64_t tokens_of(const Snapshot& snapshot, const DocumentView& document) {
  std::uint64_t tokens = 0;
  for (std::uint32_t k = 0; k < document.chunk_count; ++k) {
    tokens += snapshot.chunk(ChunkIndex{position(document.first_chunk) + k}).tokens;
  }
  return tokens;
}

// The document with the most value among the units that would fill the window, if it has its share.
std::optional<DocumentIndex> leading_document(const Snapshot& snapshot, std::span<const Unit> units,
                                              std::uint64_t tokens) {
  std::vector<std::uint32_t> order(units.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return units[a].value > units[b].value; });
  std::unordered_map<std::uint32_t, float> value_of;
  float total = 0;
  double used = 0;
  for (const std::uint32_t i : order) {
    const ChunkView chunk = snapshot.chunk(units[i].chunk);
    const auto share = static_cast<double>(units[i].span.size()) /
                       static_cast<double>(std::max<std::size_t>(1, chunk.span.size()));
    used += share * static_cast<double>(chunk.tokens);
    if (used > static_cast<double>(tokens)) break;
    value_of[position(units[i].document)] += units[i].value;
    total += units[i].value;
  }
  const auto best = std::max_element(value_of.begin(), value_of.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second < b.second : a.first > b.first;
  });
  if (best == value_of.end() || best->second < whole_value_share * total) return std::nullopt;
  return DocumentIndex{best->first};
}

}  // namespace

std::vector<Unit> document_units(const Snapshot& snapshot, DocumentIndex index) {
  std::vector<Unit> units;
  const DocumentView document = snapshot.document(index);
  for (std::uint32_t k = 0; k < document.chunk_count; ++k) {
    const ChunkView chunk = snapshot.chunk(ChunkIndex{position(document.first_chunk) + k});
    const std::string heading = innermost_heading(snapshot, chunk.section);
    for (const Sentence& sentence : chunk.sentences) {
      const ByteSpan span = without_trailing_space(document.text, sentence.span);
      if (!span.empty() && !is_heading_unit(slice(document.text, span), heading)) {
        units.push_back({index, chunk.section, chunk.index, span, 0, 0, 0, false});
      }
    }
  }
  return units;
}

std::vector<Unit> united(std::span<const Unit> a, std::span<const Unit> b) {
  std::vector<Unit> all;
  all.reserve(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all), before);
  std::vector<Unit> once;
  once.reserve(all.size());
  for (const Unit& unit : all) {
    if (once.empty() || !same(once.back(), unit)) {
      once.push_back(unit);
      continue;
    }
    once.back().value = std::max(once.back().value, unit.value);
    once.back().gate = std::max(once.back().gate, unit.gate);
    once.back().words = std::max(once.back().words, unit.words);
    once.back().pinned = once.back().pinned || unit.pinned;
    once.back().apart = once.back().apart && unit.apart;
    if (once.back().lead.empty()) once.back().lead = unit.lead;
  }
  return once;
}

void scale_values(std::span<Unit> units, float largest) {
  float present = 0;
  for (const Unit& unit : units) present = std::max(present, unit.value);
  if (present <= 0) return;
  for (Unit& unit : units) unit.value *= largest / present;
}

void take_whole_document(const Snapshot& snapshot, std::vector<Unit>& units, std::uint64_t tokens) {
  const auto leading = leading_document(snapshot, units, tokens);
  if (!leading) return;
  const DocumentView document = snapshot.document(*leading);
  if (static_cast<double>(tokens_of(snapshot, document)) > whole_window_share * static_cast<double>(tokens))
    return;
  float best = 0;
  for (const Unit& unit : units) {
    if (unit.document == *leading) best = std::max(best, unit.value);
  }
  units = united(units, document_units(snapshot, *leading));
  for (Unit& unit : units) {
    if (unit.document == *leading) unit.value = std::max(unit.value, best);
  }
}

}  // namespace kindling
