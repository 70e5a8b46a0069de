// How deep a search over codes must look so that it finds what was wanted: measured on queries made of the
// collection itself.
//
// A sampled query is one row and .6 of each of three others, drawn at random. A single row would promise too
// much: it lies among its neighbours, where a question lies between them (docs/vectors.md has both measured).
// Their true neighbours are worked out; where the codes put these says how many candidates the recall wanted
// takes, and how many spreads of its list a neighbour reaches further than its centre. What follows is then run
// as a search would, and its recall kept. Pure; safe from any thread.
#pragma once

#include <vector>

#include "index/vectors/codes_format.h"
#include "index/vectors/nearest.h"

namespace kindling {

inline constexpr std::uint32_t sampled_queries = 256;

struct SearchDepths {
  // One for each k that is measured, ascending; none when codes cannot keep the recall at the first, or when
  // there are too few rows to say.
  std::vector<SearchDepth> depths;
  // Likewise of searches that walk; of larger k that costs more than it saves. None where there are no
  // neighbours.
  std::vector<SearchDepth> walked;
};

// Requires: head.lists > 0.   threads: as in parallel_for; the result does not depend on it.
[[nodiscard]] SearchDepths measure_search_depths(const CodesHead& head, const CodesParts& parts,
                                                 const VectorMatrix& rows, double recall, unsigned threads);

}  // namespace kindling
