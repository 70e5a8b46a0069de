// Rewriting segments: what is live of small or mostly removed ones becomes one segment, vectors included.
#pragma once

#include "base/cancellation.h"
#include "base/result.h"
#include "index/store/changes.h"

namespace kindling {

// Segments of at most this many chunks are small; a rewritten segment has at most `rewritten_chunks_max`.
inline constexpr std::uint32_t small_segment_chunks_max = 100'000;
inline constexpr std::uint32_t rewritten_chunks_max = 1'000'000;

// See Writer::compact. Errors: `cancelled`, `index_corrupt` (damage is not carried over), those of Files and
// the catalog.
[[nodiscard]] Status compact_index(Workplace& place, const Cancellation& cancellation);

}  // namespace kindling
