// The first half of a selection: which chunks may be among the best, without working out their numbers.
//
// The postings of all terms stream through windows of chunks whose sums fit the processor's nearest caches, in
// integers, each chunk with an upper bound of its score and the share of U that stands in it. A bigram counts
// where both of its terms stand, close or not; a heading adds what the squared idf of its terms bound.
// Positions are not read, and of most headings no name is worked out.
//
// What survives is worked out by terms/section_matches.h, which has the last word: bounds decide nothing but
// what it looks at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/lexical.h"
#include "index/terms/asked_question.h"
#include "index/terms/candidate_pool.h"

namespace kindling {

// Chunks summed up at once; 8 bytes each.
inline constexpr std::uint32_t candidate_window = 4096;

struct ChunkCandidates {
  std::vector<ChunkCandidate> chunks;  // by segment and chunk
  float coverage_max = 0;              // of all allowed chunks
  double units = 1;                    // of the candidates' bounds, that are a score of 1
  std::uint32_t margin = 0;            // by how much bounds may be wrong
};

// Requires: window >= 1, weights of the selection not below zero.
[[nodiscard]] ChunkCandidates find_candidates(std::span<const LexicalSegment> segments,
                                              const AskedQuestion& asked, const LexicalSelection& selection,
                                              std::uint32_t window);

}  // namespace kindling
