// Terms of a collection that are like a word which it does not hold, and those that begin with given letters.
//
// Dictionaries are sorted, and are walked by leaps (terms/edit_distance.h); damaged ones hide terms. Nothing is
// kept between calls; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "index/document_set.h"
#include "index/known_term.h"
#include "index/terms/lexical_segment.h"

namespace kindling {

// Chunks of all segments that hold the term.
[[nodiscard]] std::uint64_t chunk_frequency(std::span<const LexicalSegment> segments, std::string_view term);

// The `count` terms nearest to `term`: within one edit of it, or two when it has six letters and more; or those
// that begin with it, or that it begins with, five letters and two thirds of the longer one in common. Fewer
// edits first, then those with its first letter, then the more frequent. Only terms of allowed documents, of
// three letters and more; a term with a digit is near nothing, for another number is not meant.
[[nodiscard]] std::vector<KnownTerm> near_terms(std::span<const LexicalSegment> segments, std::string_view term,
                                                std::size_t count, const DocumentSet& allowed);

// The `count` most frequent terms that begin with `prefix`, most frequent first; of allowed documents.
[[nodiscard]] std::vector<KnownTerm> terms_beginning(std::span<const LexicalSegment> segments,
                                                     std::string_view prefix, std::size_t count,
                                                     const DocumentSet& allowed);

}  // namespace kindling
