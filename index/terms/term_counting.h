// A question's terms counted in sentences and headings: index/term_counts.h says what is counted.
#pragma once

#include <cstdint>
#include <span>

#include "index/term_counts.h"
#include "index/terms/lexical_search.h"
#include "tokenizer/analyzer.h"

namespace kindling {

// The pieces are the sentences of `chunks`, one chunk after another. `chunks` (of the snapshot) ascend. The
// question's terms are shared out among the threads.
[[nodiscard]] TermCounts count_in_sentences(std::span<const LexicalSegment> segments,
                                            std::span<const Term> question,
                                            std::span<const std::uint32_t> chunks, unsigned threads = 1);

// A piece for each section: its document's title and each entry of its heading path, one that stands there
// twice counting twice. `sections` (of the snapshot) ascend.
[[nodiscard]] TermCounts count_in_headings(std::span<const LexicalSegment> segments,
                                           std::span<const Term> question,
                                           std::span<const std::uint32_t> sections);

}  // namespace kindling
