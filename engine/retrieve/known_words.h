// A question's words held against what the collection knows: words it does not hold are mended, beginnings
// (lock*) stand for all words that begin so, phrases are found.
//
// Only terms are touched: the question's text and its vector stay as they are.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/retrieve/query.h"
#include "index/snapshot.h"

namespace kindling {

inline constexpr std::size_t corrections_max = 16;   // words of a question that are mended
inline constexpr std::size_t beginnings_max = 8;     // of a question
inline constexpr std::size_t begun_terms_max = 64;   // that a beginning stands for: the most frequent
inline constexpr std::size_t phrases_max = 8;        // of a question
inline constexpr std::size_t phrase_terms_max = 64;  // a longer phrase is looked for by its first

// Puts known terms in the place of unknown ones where there are any near (index/terms/near_terms.h); appends to
// query.corrections what was done.
void correct_unknown_terms(const Snapshot& snapshot, Query& query);

// Whether the collection holds a term of the question, or the question has none.
[[nodiscard]] bool knows_a_term(const Snapshot& snapshot, const Query& query);

// Beginnings become terms of their own, one each; phrases get their chunks.
void add_beginnings_and_phrases(const Snapshot& snapshot, Query& query);

// What was not found, and what was searched for instead: "no passage holds “stop cock” word for word". Empty:
// nothing to say.
[[nodiscard]] std::string note_of(const Query& query);

}  // namespace kindling
