// What a context's passages hold that its user should know of.
//
// Pure; safe from any thread; one more pass over the text that is sent.
#pragma once

#include <span>
#include <vector>

#include "engine/ask.h"
#include "engine/pack/suspicion.h"

namespace kindling {

// Of the passages and of the headings over them, in the order sent; at most suspicions_max.
[[nodiscard]] std::vector<Suspicion> find_suspicions(std::span<const Passage> passages);

// Of the words of figures.
void add_suspicions(std::span<const SentFigure> figures, std::vector<Suspicion>& suspicions);

}  // namespace kindling
