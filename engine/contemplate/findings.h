// What a subagent found: the statements of its answer that its passages carry, each with the sentences of the
// documents that it cites.
//
// An answer is checked as any model's answer is (engine/answer/cite.h). A statement that does not hold is not
// passed on, nor is one that reads like an order to a model (engine/pack/instruction_like.h); the passages that
// it cites are, for they are the documents' own words. So nothing reaches a reduction but text of the documents
// and what was compared with it.
//
// Pure; safe from any thread on one snapshot.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/pack/context.h"
#include "engine/retrieve/value.h"
#include "index/snapshot.h"

namespace kindling {

struct CitedUnits {
  std::vector<Unit> units;  // of a passage, in index order
  std::vector<Unit> core;   // of these, the ones that the quote is in; never empty
};

struct CitedFinding {
  std::string statement;  // one line without marks; empty: passages only
  std::vector<CitedUnits> cited;
};

struct CheckedReading {
  std::vector<CitedFinding> findings;  // in the answer's order
  std::uint64_t statements = 0;        // that hold
  std::uint64_t unsupported = 0;       // that do not
};

// `units`: what `context` was built of.
[[nodiscard]] CheckedReading read_findings(std::string_view answer, const Context& context,
                                           std::span<const Unit> units);

// On one line, control characters as blanks, citation marks removed.
[[nodiscard]] std::string bare_statement(std::string_view text);

// All units that the findings cite, each once, in index order; `apart` where text between two is not cited. How
// many findings cite it is a unit's value.
[[nodiscard]] std::vector<Unit> cited_units(const Snapshot& snapshot, std::span<const CitedFinding> findings);

// Each `size` neighbours as one, in their order; the last may be fewer. Requires: size >= 1.
[[nodiscard]] std::vector<std::vector<CitedFinding>> in_groups(std::vector<std::vector<CitedFinding>> findings,
                                                               std::size_t size);

}  // namespace kindling
