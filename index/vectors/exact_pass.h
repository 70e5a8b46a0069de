// Ranking rows by their true products: candidates of a scan, or every row that is allowed.
//
// Pure; safe from any thread. Borrows everything. Nearest first, ties to the lower row; a row that holds a NaN
// is never found. `floor`: a product that so many rows are known to reach elsewhere that one below it matters
// no more; such rows may be left out, those that reach it are not.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "index/vectors/far_rows.h"
#include "index/vectors/int8_codes.h"
#include "index/vectors/nearest.h"
#include "index/vectors/row_set.h"

namespace kindling {

// The k nearest of the `reranked` best by int8 codes.   by_codes: of the query   Requires: rows below
// int8.count; 0 < k <= reranked.
[[nodiscard]] std::vector<Neighbour> ranked(const VectorMatrix& rows, const Int8Rows& int8,
                                            std::span<const float> query, const Int8Query& by_codes,
                                            std::vector<Neighbour> candidates, std::size_t reranked,
                                            std::size_t k, const FarRows& far = {}, float floor = no_floor);

// The k nearest of the allowed rows, each compared in full.
[[nodiscard]] std::vector<Neighbour> exact_pass(const VectorMatrix& rows, std::span<const float> query,
                                                std::size_t k, const RowSet& allowed, float floor = no_floor);

// The same rows from a fraction of the bytes: every allowed row is compared by its int8 code; the k best by
// these are read in full, and of the others those that the bounds of the codes do not prove to be further away
// than all k.
[[nodiscard]] std::vector<Neighbour> exact_pass(const VectorMatrix& rows, const Int8Rows& int8,
                                                std::span<const float> query, std::size_t k,
                                                const RowSet& allowed, float floor = no_floor);

}  // namespace kindling
