// The lines that are sent for chosen runs: each heading once above what stands under it, then the passages.
//
// Pure but for the headings that are made on the way.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/pack/arrangement.h"
#include "engine/pack/heading_costs.h"
#include "engine/pack/prompt.h"

namespace kindling {

// Each unit's text, as a part of its document's: runs of them can be joined. Borrows the snapshot.
[[nodiscard]] std::vector<std::string_view> texts_of(const Snapshot& snapshot, std::span<const Unit> units);

// The text of a run, white space between its units included. `texts` as texts_of gives them.
[[nodiscard]] std::string_view text_of(std::span<const std::string_view> texts, const Run& run);

// Passages are numbered from `before` + 1. `headings` of the units that `texts` are of; the lines borrow from
// both until it is next asked.
[[nodiscard]] std::vector<PromptLine> prompt_lines(std::span<const Unit> units,
                                                   std::span<const std::string_view> texts,
                                                   std::span<const Run> runs, HeadingCosts& headings,
                                                   std::uint32_t before = 0);

}  // namespace kindling
