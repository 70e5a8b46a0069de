// Sets of units put together: the units of a whole document, of several questions, of pinned documents.
//
// A document that carries much of the evidence and takes little of the window goes in whole: its own words
// between the chosen ones cost little and read better. Measured to cost no answers (docs/packing.md).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/retrieve/value.h"
#include "index/snapshot.h"

namespace kindling {

// Every sentence of a document, in index order, of no value yet. A heading that stands above its section is no
// unit.
[[nodiscard]] std::vector<Unit> document_units(const Snapshot& snapshot, DocumentIndex document);

// Union in index order; of a unit in both, the larger value and gate. Both in index order.
[[nodiscard]] std::vector<Unit> united(std::span<const Unit> a, std::span<const Unit> b);

// Values divided by the largest, so that those of several questions can be compared.
void scale_values(std::span<Unit> units, float largest);

inline constexpr float whole_value_share = .3f;    // of the value that would go in, that a document must carry
inline constexpr double whole_window_share = .25;  // of the window, that it may take

// The document that should go in whole, its remaining sentences added to `units` and all of them worth as much
// as its best; nothing is changed where there is none. `tokens`: the window for evidence; chunks' own token
// counts decide.
void take_whole_document(const Snapshot& snapshot, std::vector<Unit>& units, std::uint64_t tokens);

}  // namespace kindling
