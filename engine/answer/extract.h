// Answers without a model: which sentences carry the answer.
//
// Each is judged by its packing value, by how much of the question it speaks of where it stands
// (engine/answer/coverage.h), by whether it has what the question asks for (engine/answer/question_cue.h), and
// by whether it can be a sentence of an answer at all (engine/answer/sentence_shape.h):
//
//   V (1 + 3 coverage) (1 + weight cue) worth
//
// The best three stand, less those far weaker than the best and those that say the same again. What was
// measured, and what did not pay: docs/answers.md. Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "engine/answer/question_cue.h"

namespace kindling {

inline constexpr std::size_t answer_sentences_max = 3;

struct AnswerCandidate {
  std::string_view text;
  float value = 0;     // as value_units gives it
  float coverage = 0;  // as CoverageReader gives them
  bool opens = false;
};

// What a candidate is worth as an answer.
[[nodiscard]] float answer_strength(const QuestionCue& cue, const AnswerCandidate& candidate);

// Which candidates answer, the strongest first; ties go to the earlier.
[[nodiscard]] std::vector<std::size_t> choose_answer(std::string_view question,
                                                     std::span<const AnswerCandidate> candidates);

}  // namespace kindling
