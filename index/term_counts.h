// How often each term of a question stands in each of several pieces of text: what sentences are valued by.
//
// Counted as if each piece were analysed by itself. Postings and a few bytes a sentence, written at commit,
// give the same without reading the text (docs/index_format.md); where they do not, the piece is analysed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/span.h"

namespace kindling {

struct TermCount {
  std::uint32_t term = 0;  // place in the question
  std::uint32_t count = 0;
  friend bool operator==(const TermCount&, const TermCount&) = default;
};

struct TermCounts {
  std::vector<std::uint32_t> lengths;   // [pieces] terms of the piece, the question's or not
  std::vector<std::uint32_t> first{0};  // [pieces + 1] into counts
  std::vector<TermCount> counts;        // of a piece: ascending by term, none of zero

  [[nodiscard]] std::span<const TermCount> of(std::size_t piece) const {
    return std::span(counts).subspan(first[piece], first[piece + 1] - first[piece]);
  }
};

// `span` of `text` (bytes) up to its last visible byte: what of a sentence is a piece.
[[nodiscard]] inline ByteSpan without_trailing_space(std::string_view text, ByteSpan span) {
  while (span.end > span.begin && static_cast<unsigned char>(text[span.end - 1]) <= ' ') --span.end;
  return span;
}

}  // namespace kindling
