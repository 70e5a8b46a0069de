// Rewriting segments: what is live of several becomes one segment, vectors included.
//
// A merge is a Change like a commit: readers keep what they have and never wait, a kill leaves the state before
// or after it, and nothing that was committed waits for it. What it costs is said in docs/index_format.md.
#pragma once

#include <cstdint>

#include "base/cancellation.h"
#include "base/result.h"
#include "index/store/changes.h"

namespace kindling {

// See Writer::compact. Errors: `cancelled`, `index_corrupt` (damage is not carried over), those of Files and
// the catalog.
[[nodiscard]] Status compact_index(Workplace& place, const Cancellation& cancellation);

// The next merge that is due by the policy (store/merge_policy.h), writing at most about `weight_max` chunks
// and documents, of segments with at most `bytes_max`; false when none is. Errors: as compact_index.
[[nodiscard]] Result<bool> merge_step(Workplace& place, std::uint64_t weight_max, std::uint64_t bytes_max,
                                      const Cancellation& cancellation);

}  // namespace kindling
