// Search terms: what a text is found by. The same on both sides, documents and questions.
//
// Words by UAX #29, NFKC, case folded, stemmed by Snowball in the text's language; runs of Han and Kana, of
// Hangul, and of Thai, Lao, Khmer and Burmese become overlapping character pairs (a lone character stays
// single). Identifiers of code (snake_case, camelCase, dotted.names) give the whole and its parts of two bytes
// and more. Numbers lose their grouping commas (1,000 is 1000), acronyms their periods (U.S. is US); C++ and C#
// keep their signs. Stop words are kept: dropping them is the question's business (`is_stop_word`,
// `is_question_word`).
//
// Immutable; safe from any thread. Requires nothing of the text: invalid UTF-8 is read as U+FFFD, which is no
// letter.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"
#include "tokenizer/language.h"

namespace kindling {

struct Term {
  std::string text;  // normalised; at most `term_bytes_max` (a longer word is cut there, at a code point)
  std::uint32_t
      position;   // counts words; the parts of an identifier share their whole's first position and follow on
  ByteSpan span;  // of the word, or of the part alone, in the text analysed
  bool part = false;  // a part of an identifier whose whole is also a term
};

inline constexpr std::size_t term_bytes_max = 64;

// Version of the rules; stored with an index, which is not searched under another.
inline constexpr std::uint32_t analyzer_version = 1;

// Terms in the order of the text.
[[nodiscard]] std::vector<Term> analyze(std::string_view text, Language language);

// Terms of a question: analysed in `language`, stop words and question words dropped unless nothing would be
// left, each term once, in order; adjacency by `position` is kept for the pairs that ranking looks for. A word
// in capitals amid small letters (US, WHO) is a name, whatever the stop lists say.
[[nodiscard]] std::vector<Term> analyze_question(std::string_view question, Language language);

// Of a word case-folded, not stemmed.
[[nodiscard]] bool is_stop_word(std::string_view word, Language language);
[[nodiscard]] bool is_question_word(std::string_view word, Language language);

}  // namespace kindling
