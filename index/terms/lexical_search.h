// Scores of a question's terms over segments: index/lexical.h says what they are.
#pragma once

#include <cstdint>
#include <span>

#include "index/lexical.h"
#include "index/terms/chunk_candidates.h"
#include "index/terms/lexical_segment.h"
#include "tokenizer/analyzer.h"

namespace kindling {

// All matches, or those that a selection wants. Statistics are those of all slots, removed ones included. The
// window is for tests: it changes how much is done at once, not what is found.
[[nodiscard]] LexicalMatches search_terms(std::span<const LexicalSegment> segments,
                                          std::span<const Term> question,
                                          const LexicalSelection* selection = nullptr,
                                          std::uint32_t window = candidate_window);

// Those that a selection may be given beforehand. Null for a question without terms.
[[nodiscard]] LexicalCandidates find_lexical_candidates(std::span<const LexicalSegment> segments,
                                                        std::span<const Term> question,
                                                        const LexicalSelection& selection);

}  // namespace kindling
