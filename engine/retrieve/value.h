// What each sentence is worth to the question: the unit that packing and extractive answers choose from.
//
// A sentence is judged by its chunk, the chunk's neighbours, its section, and its own words:
//
//   C = max(0, F_chunk - base), S = max(0, F_section - base), base = the n-th best score (a little below the
//   least, if fewer) C'(i) = max(C(i), .8 C(i-1), .5 C(i+1)) over the chunks of the document: answers stand
//   beside what the question names s = BM25 of heading + sentence, over its maximum; what leads to a sentence
//   and follows it inherits a share that fades
//       with distance inside the section (forward 120 characters, backward 40)
//   V = (.6 C' + .4 S)^1.5 (1 + .7 s)
//
// A sentence that is its section's heading is no unit: the heading line of the prompt says it already.
// Multiplied, not added; not divided by length (measured: both lose). The power and the .7 are measured too:
// docs/packing.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/retrieve/query.h"
#include "engine/retrieve/score.h"
#include "index/ids.h"
#include "index/snapshot.h"

namespace kindling {

struct Unit {
  DocumentIndex document{};
  SectionIndex section{};
  ChunkIndex chunk{};
  ByteSpan span;        // of the document's text; trailing white space left out
  float value = 0;      // V > 0
  float gate = 0;       // s
  float words = 0;      // s before it is spread: the unit's own words
  bool pinned = false;  // of a document that the user wants in, whatever it is worth
  bool apart = false;   // text that is no unit here stands before it: it continues no other
  ByteSpan lead =
      {};  // of the unit that must go in with it, in the same document; empty when none (engine/pack/leads.h)
};

// Units of positive value, in index order. `base_rank`: how many chunks count as candidates (n above); larger
// windows take more.
[[nodiscard]] std::vector<Unit> value_units(const Snapshot& snapshot, const Query& query,
                                            const Candidates& candidates, const Scores& scores,
                                            std::size_t base_rank);

// The last of a section's heading path, or the document's title, as bare_words gives it.
[[nodiscard]] std::string innermost_heading(const Snapshot& snapshot, SectionIndex section);
// A heading says nothing by itself, and stands above its section's passages anyway. `heading`: as
// innermost_heading gives it.
[[nodiscard]] bool is_heading_unit(std::string_view text, std::string_view heading);

}  // namespace kindling
