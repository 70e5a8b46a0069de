// The chunks that hold a phrase: its words next to each other and in its order, in the chunk's body or in one
// heading over it.
//
// Bodies of which chunks hold all words is found first, so that positions are read of these alone. A phrase
// that runs from one chunk into the next is not found. Damaged postings hide chunks. Nothing is kept between
// calls; safe from any thread.
#pragma once

#include <span>
#include <vector>

#include "index/document_set.h"
#include "index/ids.h"
#include "index/terms/lexical_segment.h"
#include "tokenizer/analyzer.h"

namespace kindling {

// `phrase` as `analyze` gives it: a term stands as far behind the first one as their positions say. Ascending,
// of allowed documents; none for an empty phrase.
[[nodiscard]] std::vector<ChunkIndex> phrase_chunks(std::span<const LexicalSegment> segments,
                                                    std::span<const Term> phrase, const DocumentSet& allowed);

}  // namespace kindling
