// Chosen units in the order in which they are sent: runs of neighbours, one passage each, section by section.
//
// Pure values; safe from any thread.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/ask.h"
#include "engine/pack/fill.h"

namespace kindling {

// Consecutive units of one section: one passage.
struct Run {
  UnitIndex first{}, last{};
  float value = 0;  // of its best unit
};

struct Arrangement {
  std::vector<Run> runs;   // those of a section together, in text order
  std::size_t pinned = 0;  // the first so many are of pinned documents
};

// `chosen` in index order. Pinned sections come first in any order: with the instructions they are what the
// next question sends alike.
[[nodiscard]] Arrangement arranged(std::span<const Unit> units, std::span<const UnitIndex> chosen,
                                   PassageOrder order);

// From the first byte of a run to its last, in its document's text.
[[nodiscard]] ByteSpan span_of(std::span<const Unit> units, const Run& run);

}  // namespace kindling
