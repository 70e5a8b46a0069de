// A follow-up question made to stand alone: "How deep is it?" after "When was the Eastern canal opened?" is
// looked for as "How deep is it? Eastern canal opened". The question itself is sent as it was asked; only
// retrieval sees this.
//
// Without an endpoint: a question leans on what was said before when it has a word that points back (it, they,
// that one, there ...), begins as a continuation ("and", "what about"), or has fewer than two words that search
// can use. Then the words of the question before, itself made to stand alone, are added, its own ones first in
// line. Names that only the answer mentioned count too, but less: of those the first few.
//
// Pure; safe from any thread; linear.
#pragma once

#include <string>
#include <string_view>

#include "tokenizer/language.h"

namespace kindling {

inline constexpr std::size_t carried_words_max = 12;  // from the question before
inline constexpr std::size_t carried_names_max = 4;   // from its answer

// `before`: what this gave for the previous question; `answer`: to that one. Both may be empty.
[[nodiscard]] std::string standalone_question(std::string_view question, std::string_view before,
                                              std::string_view answer, Language language);
[[nodiscard]] bool leans_on_before(std::string_view question, Language language);

}  // namespace kindling
