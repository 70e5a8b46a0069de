// Extractive answers against the answers that a test set knows.
#pragma once

#include <array>
#include <cstdint>

#include "base/cancellation.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "engine/measure/test_set.h"
#include "engine/retrieve/question.h"
#include "index/snapshot.h"

namespace kindling {

// Shares of the questions that have answers. An answer is held when its words stand in one quotation, case and
// white space folded; where the query says at which bytes, when a quotation of a relevant document covers them.
struct AnswerScores {
  std::uint64_t questions = 0;
  double answered = 0;        // not abstained from
  double holds_answer = 0;    // answered, and the sentences hold an answer
  double sentences_hold = 0;  // whatever abstention says: what the choice of sentences is worth
  std::array<double, 2>
      halves{};  // the same of the set's even and odd questions: tune on one, look at the other
};

// Errors: those of ask.
[[nodiscard]] Result<AnswerScores> grade_answers(const Snapshot& snapshot, const Encoder& encoder,
                                                 const TestSet& set, const SearchEffort& effort,
                                                 const Cancellation& cancellation);

}  // namespace kindling
