// A question carried through retrieval: what packing and answering need of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/env.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "engine/retrieve/query.h"
#include "engine/retrieve/question.h"
#include "engine/retrieve/retrieve.h"
#include "engine/retrieve/score.h"
#include "engine/retrieve/value.h"
#include "index/snapshot.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

struct Evidence {
  Query query;
  Candidates candidates;
  Scores scores;
  std::vector<Unit>
      units;  // as value_units gives them for the budget; pinned ones and those of the question's parts joined
  bool has_vectors = false;
  std::vector<std::string> skipped;  // stages left out for want of time: "question parts", "vectors"
};

struct EvidenceOptions {
  std::size_t candidates = 0;         // chunks to choose from (candidate_chunks); too few are taken as 500
  std::vector<DocumentIndex> pinned;  // go in whole
  std::optional<double> deadline_ms;  // of the whole pack, from `watch`
};

inline constexpr std::size_t candidate_chunks_min = 500;

// How many chunks are candidates for a window of `budget` tokens: a window has twice the chunks to choose from
// that it holds. How many it holds depends on how the window is counted: where only bytes can be promised, a
// quarter of what an exact tokenizer fits in.
[[nodiscard]] std::size_t candidate_chunks(const Tokenizer& tokenizer, std::uint64_t budget);

// With a deadline, parts of the question are left out once half of the time is gone, and the vectors where the
// time is shorter than the encoding of a question takes. Errors: those of make_query.
[[nodiscard]] Result<Evidence> gather_evidence(const Snapshot& snapshot, const Encoder* encoder,
                                               const Question& question, const EvidenceOptions& options,
                                               const Stopwatch& watch, const Cancellation& cancellation);

}  // namespace kindling
