// Filling a context window with evidence, best first.
//
// What a unit costs depends on what is in already: the first under a heading pays for the heading, one that
// does not continue a chosen neighbour pays for a passage mark. Units that no longer fit are skipped, not the
// end of filling; once `misses_max` in a row did not fit, the rest is taken not to fit either. Dividing value
// by cost was measured and rejected: it fills windows with headings (docs/packing.md).
//
// A unit that repeats what is in already (engine/repeats.h) is left out and remembered beside the one that is
// in, so that a citation can name every document that says it.
//
// Pure: same input, same output. Safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/value.h"

namespace kindling {

// Index into the units given to `fill`.
enum class UnitIndex : std::uint32_t {};
[[nodiscard]] constexpr std::uint32_t position(UnitIndex i) { return static_cast<std::uint32_t>(i); }

inline constexpr std::size_t misses_max = 64;

// A heading over a section's passages: paid for once, whichever section comes first.
struct HeadingCost {
  std::uint64_t key = 0;
  std::uint64_t tokens = 0;
};

struct FillCosts {
  std::function<std::uint64_t(UnitIndex)> unit;  // tokens_max of its text and the blank that joins it
  std::function<std::span<const HeadingCost>(SectionIndex)> headings;  // valid until the costs are gone
  std::uint64_t passage_mark = 0;                                      // of "[123] " and the line's end
};

struct FillLimits {
  std::uint64_t tokens = 0;  // for all evidence
  std::uint64_t tokens_per_document = std::numeric_limits<std::uint64_t>::max();
  bool near_repeats = true;  // false saves time
};

struct Omission {
  enum class Reason : std::uint8_t { budget, document_budget, duplicate, near_duplicate };
  UnitIndex unit{};
  Reason reason = Reason::budget;
  UnitIndex same_as{};  // for both kinds of duplicate: the unit that is in
};
[[nodiscard]] std::string_view to_string(
    Omission::Reason reason);  // "budget", "document budget", "duplicate", ...

struct Filling {
  std::vector<UnitIndex> chosen;    // in index order
  std::vector<std::uint64_t> paid;  // by each of them, headings and marks included
  std::vector<Omission> omitted;    // all others, most valuable first
  std::uint64_t cost = 0;           // the sum of what was paid; <= limits.tokens
};

// Chooses among `units` (as value_units gives them), best value first; ties go to the earlier unit.
// `text_of(unit)` gives a unit's text, which must stay where it is. Nothing chosen is not an error here: see
// `cheapest_unit`.
[[nodiscard]] Filling fill(std::span<const Unit> units, const FillLimits& limits, const FillCosts& costs,
                           const std::function<std::string_view(UnitIndex)>& text_of);

// The smallest limit that holds one unit; 0 when there are none.
[[nodiscard]] std::uint64_t cheapest_unit(std::span<const Unit> units, const FillCosts& costs);

// Whether `next` continues `previous`: the same section, and nothing left out between them.
[[nodiscard]] bool continues(std::span<const Unit> units, UnitIndex previous, UnitIndex next);

}  // namespace kindling
