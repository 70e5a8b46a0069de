// Fitting the threshold of abstention (engine/answer/abstain.h) to a collection with judged questions.
//
// Answerable are the set's own questions. Unanswerable are those of "unanswerable.jsonl" in its folder ("text"
// in each line); where there is no such file, the same questions with the documents left out that answer them:
// what is near stays, and the answer is gone.
#pragma once

#include <filesystem>

#include "base/cancellation.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "engine/answer/abstain.h"
#include "engine/measure/test_set.h"
#include "index/snapshot.h"

namespace kindling {

struct AbstentionScores {
  AbstentionFit fit;
  bool left_out = false;  // the second kind of unanswerable questions
};

// Errors: `usage` for too few questions, or without judgements where documents must be left out; `malformed`,
// naming file and line; those of asking.
[[nodiscard]] Result<AbstentionScores> calibrate_abstention(const Snapshot& snapshot, const Encoder& encoder,
                                                            const TestSet& set,
                                                            const std::filesystem::path& folder,
                                                            const Cancellation& cancellation);

}  // namespace kindling
