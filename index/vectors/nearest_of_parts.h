// The nearest vectors of several files together, at the cost of about one file of all rows.
//
// Of the k nearest of all, a file has about its share of the rows. So each is asked for its share and some to
// spare, the largest first, and where all that one gave belong to the k nearest of all, it is asked again for
// several times as many. In the end every file was searched to the depth that was measured for as many
// neighbours as it has among the k nearest, or for more: the whole keeps the recall of its files, and is exact
// where they are searched exactly. What k rows found so far reach is the floor for whatever is asked next
// (exact_pass.h).
//
// Pure; safe from any thread. Borrows everything.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "index/dense.h"
#include "index/vectors/chunk_vectors.h"
#include "index/vectors/row_set.h"
#include "index/vectors/vector_costs.h"

namespace kindling {

// Nearest first; of equal ones the earlier.   allowed: of each part   Requires: count > 0; a query of the
// parts' dimensions.
[[nodiscard]] std::vector<NearestChunk> nearest_of_parts(std::span<const VectorPart> parts,
                                                         std::span<const float> query, std::size_t count,
                                                         std::span<const RowSet> allowed,
                                                         const VectorCosts& costs,
                                                         NearestSearch how = NearestSearch::planned);

// How many neighbours each part is asked for at first: 0 of one that has no allowed row.
[[nodiscard]] std::vector<std::size_t> first_asked(std::span<const VectorPart> parts, std::size_t count,
                                                   std::span<const RowSet> allowed);

}  // namespace kindling
