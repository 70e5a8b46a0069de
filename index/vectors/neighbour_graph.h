// The rows nearest to each row: edges along which a search finds what its lists do not hold.
//
// A k-nearest-neighbour graph, about. Of each row the lists of the nearest centres are looked into by one-bit
// codes and the best of what they hold ranked by int8 codes: neighbours in other lists matter most, because the
// own list was scanned where the row was found. The same for any number of threads. Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "index/vectors/codes_format.h"

namespace kindling {

inline constexpr std::uint32_t neighbours_kept = 16;
// Lists that are looked into for the neighbours of a row; its own is the first of them.
inline constexpr std::uint32_t lists_near_row = 6;

// [rows][neighbours_kept], nearest first, no_row where there are no more and for rows without a vector.
//   lists_near: [rows][lists_near_row], no_list where there are no more   threads: as in parallel_for
// Requires: head.lists > 1; all parts but `neighbours` written.
void find_neighbours(const CodesHead& head, const CodesParts& parts, const VectorMatrix& rows,
                     std::span<const std::uint32_t> lists_near, unsigned threads, std::span<std::uint32_t> out);

}  // namespace kindling
