// From what was packed, or what a model wrote, to an answer whose citations are places that were checked.
#pragma once

#include <span>
#include <vector>

#include "engine/ask.h"
#include "engine/generator.h"
#include "engine/pack/context.h"
#include "engine/retrieve/evidence.h"

namespace kindling {

// An answer and, for each of its citations, the section that the quote is in. Of the places only the span of
// the text is known before `locate`.
struct CitedAnswer {
  Answer answer;
  std::vector<SectionIndex> sections;
};

// The best sentences of what was packed, or the word that the collection does not say: below `threshold`, see
// engine/answer/abstain.h.
[[nodiscard]] CitedAnswer extractive_answer(const Question& question, const Evidence& evidence,
                                            const Context& context, const Snapshot& snapshot, float threshold);

// Turns marks in a model's answer into places, and says what did not hold. `passages` are numbered from 1
// without gaps; `sections` are those that they are in. `required`: what is not supported throughout becomes
// no_evidence.
[[nodiscard]] CitedAnswer cited_answer(Generation generation, std::span<const Passage> passages,
                                       std::span<const SectionIndex> sections, bool required);

// Fills in where each quote stands, and compares it there, byte for byte. Errors: `index_corrupt`.
[[nodiscard]] Status locate(CitedAnswer& cited, const Snapshot& snapshot);

}  // namespace kindling
