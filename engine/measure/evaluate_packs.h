// Measuring packing without a paid model: the share of questions whose answer stands inside the pack, by
// budget.
//
// Beside Kindling's packs, of the same retrieval: `rank_order`, whole chunks best first, skipping what does not
// fit and paying for nothing but their text; and `oracle`, whether the answer stands among the sentences that
// retrieval found for such a budget, in one passage that fits: what a perfect choice would reach. The budget is
// of evidence, in tokens of the encoder's tokenizer: headings and passage marks are paid from it, instructions
// and the question are not. An answer counts where its words stand in one passage of a relevant document, or
// where the passage covers its `answer_span`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "engine/measure/test_set.h"
#include "engine/retrieve/question.h"
#include "index/snapshot.h"

namespace kindling {

struct PackScores {
  std::uint64_t budget = 0;  // tokens
  double kindling = 0;       // shares of the questions
  double rank_order = 0;
  double oracle = 0;
  double tokens_mean = 0;                             // that Kindling's packs hold
  double milliseconds_p50 = 0, milliseconds_p99 = 0;  // of packing, after retrieval
};

struct PackEvaluation {
  std::uint64_t questions = 0;  // that have answers
  std::vector<PackScores> budgets;
  // Tokens at which nearly_all of what the oracle reaches at the largest budget is held; nothing where it never
  // is.
  std::optional<double> kindling_needs, rank_order_needs;
};

inline constexpr double nearly_all = .95;

// The budget at which `share` is `wanted`, between the measured ones on a logarithmic scale; the least of them
// where it is so from the beginning. `scores` in any order.
[[nodiscard]] std::optional<double> tokens_to_reach(std::span<const PackScores> scores,
                                                    double PackScores::*share, double wanted);

// Errors: those of packing.
[[nodiscard]] Result<PackEvaluation> evaluate_packs(const Snapshot& snapshot, const Encoder& encoder,
                                                    const TestSet& set, std::span<const std::uint64_t> budgets,
                                                    const SearchEffort& effort, unsigned threads,
                                                    const Cancellation& cancellation);

}  // namespace kindling
