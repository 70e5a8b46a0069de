#include "engine/retrieve/retrieve.h"

namespace kindling {

Candidates retrieve(const Snapshot& snapshot, const Query& query) {
  Candidates candidates;
  if (!query.terms.empty()) candidates.lexical = snapshot.lexical(query.terms);
  if (!query.vector.empty()) {
    candidates.cosines.resize(snapshot.chunk_slots());
    snapshot.cosines(query.vector, candidates.cosines);
  }
  return candidates;
}

}  // namespace kindling
