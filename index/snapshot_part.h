// One segment of a snapshot, with the numbers that its first things have there.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "index/snapshot.h"
#include "index/store/catalog.h"
#include "index/store/segment.h"
#include "index/terms/lexical_search.h"

namespace kindling {

// A segment in its place among the others.
struct SnapshotPart {
  Segment segment;
  std::uint32_t first_document = 0;
  std::uint32_t first_section = 0;
  std::uint32_t first_chunk = 0;
  std::vector<Slot> removed;     // of this segment, ascending
  std::unique_ptr<bool[]> live;  // of each document; null when none is removed
  HeadingWeights heading_weights;

  [[nodiscard]] bool is_live(std::uint32_t slot) const { return live == nullptr || live[slot]; }

  // Of the snapshot. Requires, as all below: within this part.
  [[nodiscard]] const ChunkRecord& record_of(ChunkIndex chunk) const {
    return segment.chunks()[position(chunk) - first_chunk];
  }
  [[nodiscard]] ChunkView view(ChunkIndex chunk) const {
    const ChunkRecord& record = record_of(chunk);
    return {.index = chunk,
            .section = SectionIndex{first_section + record.section},
            .document = DocumentIndex{first_document + record.document},
            .span = record.span,
            .text = slice(segment.text(record.document), record.span),
            .tokens = record.tokens,
            .page = record.page,
            .sentences = segment.sentences().subspan(record.first_sentence, record.sentence_count)};
  }

  // Ask for memory ahead: first the chunk's record, then what that names.
  void ask_for_record(ChunkIndex chunk) const { __builtin_prefetch(&record_of(chunk)); }
  void ask_for_what_it_names(ChunkIndex chunk) const {
    const ChunkRecord& record = record_of(chunk);
    __builtin_prefetch(&segment.documents()[record.document]);
    __builtin_prefetch(segment.sentences().data() + record.first_sentence);
  }
};

// The beginning of the chunk's text, as much of it as most have.
inline void ask_for_text(const ChunkView& chunk) {
  constexpr std::size_t bytes_max = 2'048, cache_line = 64;
  const std::size_t bytes = std::min(chunk.text.size(), bytes_max);
  for (std::size_t at = 0; at < bytes; at += cache_line) __builtin_prefetch(chunk.text.data() + at);
}

}  // namespace kindling
