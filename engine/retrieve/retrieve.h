// The two legs of retrieval, exact and complete: what keywords say of every chunk and section, and what vectors
// say.
#pragma once

#include <vector>

#include "engine/retrieve/query.h"
#include "index/lexical.h"
#include "index/snapshot.h"

namespace kindling {

struct Candidates {
  LexicalMatches lexical;  // of live documents, whether allowed or not
  std::vector<float>
      cosines;  // [chunk slots] to the question's vector, NaN where there is none; empty without a vector
};

[[nodiscard]] Candidates retrieve(const Snapshot& snapshot, const Query& query);

}  // namespace kindling
