// Completing pairs: the same messages to the second model, away from the user who has had the answer long
// since.
//
// The request is the one that the first model got, byte for byte in its messages; nothing is packed again,
// nothing is cut to fit. What the second model cannot take is recorded as such: `context_overflow` where its
// own tokenizer, or its endpoint, counts more than its window. Retries, limits and timeouts are the client's,
// as in `ask` (engine/generator.h). Requests with media are not mirrored: a pair keeps no pictures.
//
// Whatever goes wrong becomes part of the pair. One thread; blocks as long as the endpoint's timeouts allow.
#pragma once

#include <functional>
#include <string>

#include "base/cancellation.h"
#include "base/result.h"
#include "engine/mirror/pair.h"
#include "engine/mirror/pair_folder.h"
#include "engine/profile.h"

namespace kindling {

// By name, with the folders where its limits and counts are kept.
using FindProfile = std::function<Result<ModelProfile>(const std::string& name)>;

// Errors: only `cancelled`; all others are in the answer.
[[nodiscard]] Result<MirroredAnswer> second_answer(const Pair& pair, const FindProfile& find_profile,
                                                   const Cancellation& cancellation);

struct MirrorRun {
  std::size_t answered = 0;
  std::size_t failed = 0;   // recorded with their error
  std::size_t dropped = 0;  // files that were no pairs
  bool busy = false;        // all slots are taken: those processes go on with what waits
};

// Sends what waits, oldest first, until nothing does. Errors: `cancelled` (the pair at hand waits again), those
// of files, `too_large` when the folder is full.
[[nodiscard]] Result<MirrorRun> complete_pairs(PairFolder& folder, const FindProfile& find_profile,
                                               const Cancellation& cancellation);

}  // namespace kindling
