// From a word as written to the term it is found by: NFKC, case folded, stemmed.
//
// Stemming is Snowball's through libstemmer. Both steps are remembered in a small table per thread, since few
// words make up most of a text.
//
// Private to tokenizer/. Safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "tokenizer/language.h"

namespace kindling {

// NFKC and case folded (UAX #31 NFKC_Casefold), U+2019 as ', the dotted and dotless i of Turkish kept apart,
// Romanian comma letters as libstemmer 2.2 wants them (with cedilla). At most 64 bytes, cut between code
// points.
[[nodiscard]] std::string fold_word(std::string_view word, Language language);

// Folded, and stemmed where the language has a stemmer and `word` is all letters. The view holds until the next
// call on this thread.
[[nodiscard]] std::string_view term_of_word(std::string_view word, bool letters_only, Language language);

}  // namespace kindling
