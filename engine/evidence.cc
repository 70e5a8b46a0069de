#include "engine/evidence.h"

#include <algorithm>

namespace kindling {
namespace {

constexpr std::size_t candidate_chunks_min = 500;
constexpr std::uint64_t tokens_per_candidate = 64;  // half a chunk

}  // namespace

std::size_t candidate_chunks(std::uint64_t budget) {
  return std::max<std::size_t>(candidate_chunks_min, budget / tokens_per_candidate);
}

Result<Evidence> gather_evidence(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                                 std::uint64_t budget, const Cancellation& cancellation) {
  Evidence evidence;
  KINDLING_TRY(evidence.query, make_query(snapshot, encoder, question, cancellation));
  evidence.candidates = retrieve(snapshot, evidence.query);
  evidence.has_vectors = !evidence.candidates.cosines.empty();
  evidence.scores = score(snapshot, evidence.query, evidence.candidates, question.mode);
  evidence.units =
      value_units(snapshot, evidence.query, evidence.candidates, evidence.scores, candidate_chunks(budget));
  return evidence;
}

}  // namespace kindling
