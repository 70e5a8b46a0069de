// Filling a context window with evidence, best first.
//
// What a unit costs depends on what is in already: the first under a heading pays for the heading, one that
// does not continue a chosen neighbour pays for a passage mark. Units that no longer fit are skipped, not the
// end of filling; once `misses_max` in a row did not fit, the rest is taken not to fit either. Dividing value
// by cost was measured and rejected: it fills windows with headings (docs/packing.md).
//
// A unit with a lead (engine/pack/leads.h) goes in together with it, unless the lead takes more than an eighth
// of the limit.
//
// A unit that repeats what is in already (engine/pack/repeats.h) is left out and remembered beside the one that
// is in, so that a citation can name every document that says it.
//
// Pure: same input, same output. Safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/pack/repeats.h"
#include "engine/retrieve/value.h"

namespace kindling {

// Index into the units given to `fill`.
enum class UnitIndex : std::uint32_t {};
[[nodiscard]] constexpr std::uint32_t position(UnitIndex i) { return static_cast<std::uint32_t>(i); }

inline constexpr std::size_t misses_max = 64;

// A heading line over passages: paid for once, whichever unit comes first.
struct HeadingCost {
  std::uint32_t line = 0;  // equal for all that stand under it; small, they are counted from 0
  std::uint64_t tokens = 0;
};

struct FillCosts {
  std::function<std::uint64_t(UnitIndex)> unit;  // tokens_max of its text and the blank that joins it
  std::function<std::span<const HeadingCost>(UnitIndex)> headings;  // over it; valid until the next call
  std::uint64_t passage_mark = 0;                                   // of "[123] " and the line's end
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
// `text_of(unit)` gives a unit's text, which must stay where it is. Borrows everything. Nothing chosen is not
// an error here: see `cheapest_unit`.
class Filler {
 public:
  using TextOf = std::function<std::string_view(UnitIndex)>;
  Filler(std::span<const Unit> units, const FillLimits& limits, const FillCosts& costs, const TextOf& text_of);

  [[nodiscard]] Filling fill();
  // What `fill` would give with this limit. Quick: goes on from the first unit that did not fit before.
  // Requires: filled before, and with no larger limit.
  [[nodiscard]] Filling fill_up_to(std::uint64_t tokens);

 private:
  struct Taken {
    std::uint32_t unit;
    std::size_t headed;  // lines paid for before it
  };

  void go_on();
  // `k`: the unit's place in order_.
  [[nodiscard]] bool consider(std::uint32_t i, std::size_t k);
  void find_leads();
  // The lead that is still to be taken with a unit; `units_.size()` when there is none.
  [[nodiscard]] std::uint32_t missing_lead(std::uint32_t i, std::size_t k) const;
  [[nodiscard]] std::uint64_t lead_cost(std::uint32_t lead, std::uint32_t of) const;
  void take_lead(std::uint32_t lead);
  [[nodiscard]] bool has_document_limit() const {
    return limits_.tokens_per_document != std::numeric_limits<std::uint64_t>::max();
  }
  [[nodiscard]] bool document_holds(std::uint32_t i, std::uint64_t cost) const;
  void take(std::uint32_t i, std::uint64_t cost, bool beside);
  void take_back();
  [[nodiscard]] std::uint64_t new_run_cost(std::uint32_t i) const;
  [[nodiscard]] bool beside_chosen(std::uint32_t i) const;
  [[nodiscard]] bool is_headed(std::uint32_t line) const { return line < headed_.size() && headed_[line] != 0; }
  void omit(std::uint32_t i, Omission::Reason reason);
  [[nodiscard]] Filling result() const;

  std::span<const Unit> units_;
  FillLimits limits_;
  const FillCosts& costs_;
  const TextOf& text_of_;
  std::vector<std::uint32_t> order_;  // of units, best first
  std::uint64_t lead_tokens_max_;
  std::vector<std::uint32_t> lead_;                               // [units]; empty: no unit has one
  std::vector<std::uint32_t> rank_;                               // [units] in order_; empty as lead_
  std::vector<std::uint64_t> paid_;                               // [units]; 0: not in
  std::unordered_map<std::uint32_t, std::uint64_t> of_document_;  // tokens of each, if limited
  std::vector<std::uint8_t> headed_;                              // [lines]: paid for
  std::vector<std::uint32_t> headed_lines_;                       // in the order paid for
  std::vector<Omission> omitted_;
  std::uint64_t cost_ = 0;
  Repeats repeats_;
  // From where a larger limit goes on: the first unit that did not fit, and what came after it.
  std::size_t stuck_at_ = 0;
  std::size_t stuck_omitted_ = 0;
  std::vector<Taken> taken_since_;
  bool stuck_ = false;
};

// In one go, with `limits`.
[[nodiscard]] Filling fill(std::span<const Unit> units, const FillLimits& limits, const FillCosts& costs,
                           const Filler::TextOf& text_of);

// The smallest limit that holds one unit; 0 when there are none.
[[nodiscard]] std::uint64_t cheapest_unit(std::span<const Unit> units, const FillCosts& costs);

// Places of the units, the best first, ties in index order.
[[nodiscard]] std::vector<std::uint32_t> by_value(std::span<const Unit> units);

// Whether `next` continues `previous`: the same section, and nothing left out between them.
[[nodiscard]] bool continues(std::span<const Unit> units, UnitIndex previous, UnitIndex next);

}  // namespace kindling
