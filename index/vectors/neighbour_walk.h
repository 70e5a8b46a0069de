// From the rows that a search found to rows near them that it did not look at.
//
// Greedy search over the nearest-neighbour graph (Hajebi, Abbasi-Yadkori, Shahbazi and Zhang, "Fast approximate
// nearest-neighbor search with k-nearest neighbor graph", IJCAI 2011), begun from what lists and codes found
// instead of from anywhere: the neighbours of all k are compared, and those of what so comes among the k, until
// nothing does. What lists miss is mostly a step away, so a fraction of the lists gives the same recall.
//
// Pure; safe from any thread. Borrows everything.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "index/vectors/codes_format.h"
#include "index/vectors/far_rows.h"
#include "index/vectors/int8_codes.h"
#include "index/vectors/nearest.h"
#include "index/vectors/row_set.h"

namespace kindling {

// The k nearest of `found` and of all allowed rows that the walk comes to, nearest first, none twice.
//   found: true products, nearest first, none twice, at most k   query: [head.dimensions]
//   by_codes: of the query   floor: exact_pass.h
[[nodiscard]] std::vector<Neighbour> walked(const CodesHead& head, const CodesParts& parts,
                                            const VectorMatrix& rows, std::span<const float> query,
                                            const Int8Query& by_codes, std::vector<Neighbour> found,
                                            std::size_t k, const RowSet& allowed = {}, const FarRows& far = {},
                                            float floor = no_floor);

}  // namespace kindling
