// The words of engine/answer/question_cue.h, as tables.
//
// Phrases are in small letters, separated by bars. In `spaced` they stand between blanks, a star at the end
// stands for any ending; in `unspaced`, for scripts that write no blanks, they stand anywhere.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/answer/question_cue.h"

namespace kindling {

struct CueWords {
  Asked asked;
  std::string_view spaced, unspaced;
};

// How questions ask, the most telling first: the first that fits decides.
[[nodiscard]] std::span<const CueWords> asking_words();
// What sentences that answer hold: numbers and months in words, and what introduces a reason.
[[nodiscard]] std::span<const CueWords> answering_words();

// Small letters (Latin, Greek, Cyrillic), anything that is no letter, digit or mark as one blank, and a blank
// at both ends.
[[nodiscard]] std::string spaced_words(std::string_view text);

// Whether `words`, as spaced_words gives them, hold one of the phrases.
[[nodiscard]] bool hold(std::string_view words, const CueWords& phrases);

[[nodiscard]] bool is_capital(char32_t c);

}  // namespace kindling
