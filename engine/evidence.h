// A question carried through retrieval: what packing and answering need of it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "engine/query.h"
#include "engine/question.h"
#include "engine/retrieve.h"
#include "engine/score.h"
#include "engine/value.h"
#include "index/snapshot.h"

namespace kindling {

struct Evidence {
  Query query;
  Candidates candidates;
  Scores scores;
  std::vector<Unit> units;  // as value_units gives them for the budget
  bool has_vectors = false;
};

// How many chunks are candidates for a window of `budget` tokens: a window has twice the chunks to choose from
// that it holds.
[[nodiscard]] std::size_t candidate_chunks(std::uint64_t budget);

// Errors: those of make_query.
[[nodiscard]] Result<Evidence> gather_evidence(const Snapshot& snapshot, const Encoder* encoder,
                                               const Question& question, std::uint64_t budget,
                                               const Cancellation& cancellation);

}  // namespace kindling
