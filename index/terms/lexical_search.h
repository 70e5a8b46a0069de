// Scores of a question's terms over segments: index/lexical.h says what they are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "index/lexical.h"
#include "index/store/segment.h"
#include "tokenizer/analyzer.h"

namespace kindling {

// A segment as part of a snapshot.
struct LexicalSegment {
  const Segment* segment = nullptr;
  std::uint32_t first_section = 0;  // of the snapshot
  std::uint32_t first_chunk = 0;
  std::span<const bool> live;  // of each document; empty: all are
};

// Statistics are those of all slots, removed ones included.
[[nodiscard]] LexicalMatches search_terms(std::span<const LexicalSegment> segments,
                                          std::span<const Term> question);

}  // namespace kindling
