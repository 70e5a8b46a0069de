// Adding vectors to a segment, and keeping its files few.
//
// Vectors come in batches. Each becomes a file; sixteen files of a size that follow each other become one, and
// when no live chunk of the segment is without a vector, all become one. So a segment ends with one file of
// vectors, and a row is rewritten at most once for every power of sixteen that its segment has batches.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "index/store/changes.h"

namespace kindling {

// See Writer::attach_vectors. Errors: `not_found` (segment), `malformed` (a vector that is not of unit length),
// those of Files and of the catalog.
[[nodiscard]] Status attach_vectors_to_segment(Workplace& place, std::uint64_t segment, std::uint32_t first,
                                               std::uint32_t count, std::span<const float> values);

// Whether the row is finite and of unit length, within what single precision and half-precision encoders give.
[[nodiscard]] bool is_unit_vector(std::span<const float> row);

}  // namespace kindling
