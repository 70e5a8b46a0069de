// Which segments to merge after a commit: few segments to search, and little written twice.
//
// A segment's weight is what is live of it, in chunks and documents; its tier is the power of four that it
// reaches. Four segments of one tier become one, together with all that are smaller, so that whatever is merged
// rises by a tier at least: a live document is rewritten at most once for every power of four that the index
// grows by, log4(n) times in all, and an index of n chunks has at most 3 segments a tier. Segments of which
// half is removed are rewritten too; that is paid for by the removals, one live document for each removed one.
// This is the tiered merging of log-structured stores: O'Neil and others, "The Log-Structured Merge-Tree"
// (1996).
//
// Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "index/store/catalog.h"

namespace kindling {

// A merged segment has at most this many chunks, which bounds the memory of merging. Segments of which four
// would have more are left as they are.
inline constexpr std::uint32_t merged_chunks_max = 1'000'000;
// Past this many segments a merge is due whatever it costs.
inline constexpr std::size_t segments_max = 32;
// For `compact`: segments of at most this many chunks are small.
inline constexpr std::uint32_t small_segment_chunks_max = 100'000;

// A segment of the catalog, with what was removed of it.
struct SegmentLife {
  const CatalogSegment* row = nullptr;
  std::vector<std::uint32_t> removed;  // slots, ascending

  [[nodiscard]] std::uint64_t weight() const;  // live chunks (by the share of live documents) and documents
  [[nodiscard]] bool mostly_removed() const {
    return !removed.empty() && removed.size() * std::size_t{2} >= row->documents;
  }
};

// By number. Borrows from the state.
[[nodiscard]] std::vector<SegmentLife> lives_of(const CatalogState& state);

// The segments to merge next, by number; empty when nothing is due. A merge that would write more than
// `weight_max` is put off while there are no more than segments_max segments, so that a run that adds little
// does not wait for much. One whose segments' files have more than `bytes_max` is put off however many there
// are.
[[nodiscard]] std::vector<SegmentLife> next_merge(std::vector<SegmentLife> segments, std::uint64_t weight_max,
                                                  std::uint64_t bytes_max = UINT64_MAX);

// What `compact` merges into one: all that is small or mostly removed. Empty when that would change nothing.
[[nodiscard]] std::vector<SegmentLife> full_merge(std::vector<SegmentLife> segments);

}  // namespace kindling
