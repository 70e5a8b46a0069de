#include "engine/pack/unit_sets.h"

#include <algorithm>
#include <optional>

#include "engine/pack/fill.h"

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
  std::vector<std::uint32_t> document_of(units.size());  // counted from 0
  std::vector<double> share_of(units.size());            // of the window: the unit's part of its chunk's tokens
  std::vector<DocumentIndex> documents;
  std::optional<ChunkView> chunk;
  for (std::size_t i = 0; i < units.size(); ++i) {  // in index order: each chunk is looked at once
    if (documents.empty() || documents.back() != units[i].document) documents.push_back(units[i].document);
    document_of[i] = static_cast<std::uint32_t>(documents.size() - 1);
    if (!chunk || chunk->index != units[i].chunk) chunk = snapshot.chunk(units[i].chunk);
    const auto share = static_cast<double>(units[i].span.size()) /
                       static_cast<double>(std::max<std::size_t>(1, chunk->span.size()));
    share_of[i] = share * static_cast<double>(chunk->tokens);
  }
  std::vector<float> value_of(documents.size(), 0);
  float total = 0;
  double used = 0;
  for (const std::uint32_t i : by_value(units)) {
    used += share_of[i];
    if (used > static_cast<double>(tokens)) break;
    value_of[document_of[i]] += units[i].value;
    total += units[i].value;
  }
  const auto best = std::max_element(value_of.begin(), value_of.end());  // of equal ones the first
  if (total == 0 || *best < whole_value_share * total) return std::nullopt;
  return documents[static_cast<std::size_t>(best - value_of.begin())];
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
