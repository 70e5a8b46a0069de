// Filling a context window with evidence, best first.
//
// What a unit costs depends on what is in already: the first of a section pays for the section's heading, one that does not
// continue a chosen neighbour pays for a passage mark. Units that no longer fit are skipped, not the end of filling. Dividing
// value by cost was measured and rejected: it fills windows with headings (docs/packing.md).
//
// A unit whose words are already in (same letters and digits, at least `duplicate_letters_min` of them) is left out as a
// duplicate and remembered beside the one that is in, so that a citation can name every document that says it.
//
// Pure: same input, same output. Safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/value.h"

namespace kindling {

// Index into the units given to `fill`.
enum class UnitIndex : std::uint32_t {};
[[nodiscard]] constexpr std::uint32_t position(UnitIndex i) { return static_cast<std::uint32_t>(i); }

inline constexpr std::size_t duplicate_letters_min = 40;

struct FillCosts {
  std::function<std::uint64_t(UnitIndex)> unit;          // tokens_max of its text and the blank that joins it
  std::function<std::uint64_t(SectionIndex)> heading;    // of a section's heading line
  std::uint64_t passage_mark = 0;                        // of "[123] " and the line's end
};

struct Omission {
  enum class Reason : std::uint8_t { budget, duplicate };
  UnitIndex unit{};
  Reason reason = Reason::budget;
  UnitIndex same_as{};   // for a duplicate: the unit that is in
};

struct Filling {
  std::vector<UnitIndex> chosen;     // in index order
  std::vector<Omission> omitted;     // all others, most valuable first
  std::uint64_t cost = 0;            // headings and marks included; <= budget
  std::uint64_t cheapest = 0;        // the smallest budget that holds one unit; 0 when there are no units
};

// Chooses among `units` (as value_units gives them), best value first; ties go to the earlier unit.
// `text_of(unit)` gives a unit's text. `budget`: tokens for evidence. Nothing chosen is not an error here: see `cheapest`.
[[nodiscard]] Filling fill(std::span<const Unit> units, std::uint64_t budget, const FillCosts& costs,
                           const std::function<std::string_view(UnitIndex)>& text_of);

// Whether `next` continues `previous`: the same section, and nothing left out between them.
[[nodiscard]] bool continues(std::span<const Unit> units, UnitIndex previous, UnitIndex next);

}  // namespace kindling
