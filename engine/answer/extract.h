// Answers without a model: the sentences that carry the answer, or the word that the collection does not say.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/retrieve/score.h"

namespace kindling {

inline constexpr std::size_t answer_sentences_max = 3;

struct AnswerCandidate {
  std::string_view text;
  float value = 0;  // as value_units gives it
};

// Which candidates answer, best three by value (1 + .3 cue), in their given order. The cue is whether a
// sentence has what the question asks for: a number, a date, a name, a reason (1, or 0 if it lacks it; one half
// when the question asks for none of these). Candidates far weaker than the best are left out.
[[nodiscard]] std::vector<std::size_t> choose_answer(std::string_view question,
                                                     std::span<const AnswerCandidate> candidates);

}  // namespace kindling
