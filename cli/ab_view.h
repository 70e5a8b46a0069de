// A comparison of two models, for people and as JSON. The page for a browser is made in cli/ab_page.h.
//
// Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "cli/console.h"
#include "engine/mirror/comparison.h"

namespace kindling {

// CONTRACT's keys are of the second model: `wins` are pairs in which it was better. `confidence`: that the two
// differ at all, in 0..1, valid however often one has looked.
[[nodiscard]] Json comparison_json(const Comparison& comparison, const PairFolder::Counts& counts);

void print_comparison(Console& console, const Comparison& comparison, const PairFolder::Counts& counts);

// "stop: muse-spark is better", "go on: about 120 more pairs will tell".
[[nodiscard]] std::string decision_sentence(const Comparison& comparison);

// "0.812", "1,204 ms", "$0.0012": a value of a measure in its unit; signed when it is a difference.
[[nodiscard]] std::string measure_text(const MeasureComparison& measure, double value, bool is_signed);

// "better" or "worse" of the second model ("more" or "less" where neither is better), where the interval
// excludes no difference; else "".
[[nodiscard]] std::string_view direction_word(const MeasureComparison& measure);

}  // namespace kindling
