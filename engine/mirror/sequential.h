// When to stop comparing: a rule that stays honest however often one looks.
//
// An ordinary interval holds with 95 % at one moment that was chosen beforehand; who looks after every pair and
// stops at the first "significant" one is wrong far more often. Here the interval is a confidence sequence:
// with 95 % it holds the true mean at all moments together, so that one may look at any time, stop for any
// reason, and go on afterwards. Built by betting against each possible mean (Waudby-Smith and Ramdas,
// "Estimating means of bounded random variables by betting", Journal of the Royal Statistical Society B 86,
// 2024: the hedged capital process with its predictable plug-in bets, truncated at c = 1/2). Ville's inequality
// bounds the chance that the capital ever reaches 1 / alpha. Such an interval is wider than the ordinary one
// (docs/ab.md measures by how much); that is the price of looking.
//
// Scores are in [-1, 1]: 1 the second model is better, -1 the first, 0 a tie. Assumed is that the mean score
// does not drift while pairs come in; not that scores are spread in any way.
// One thread an object; adding takes constant time, an interval some 80 passes over the scores.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/mirror/paired.h"

namespace kindling {

class ConfidenceSequence {
 public:
  // `alpha` in (0, 1): the chance of ever being wrong.
  explicit ConfidenceSequence(double alpha = .05);

  // Requires: -1 <= score <= 1.
  void add(double score);

  // Of the mean score: all that every moment so far has left, so it never grows. [-1, 1] before the first.
  // Where the moments leave nothing (the mean did drift), the last bound that was crossed, as a point.
  [[nodiscard]] Interval interval() const;

  // The smallest alpha at which 0 would have been excluded by now, at most 1: valid at any time.
  [[nodiscard]] double p_value() const { return p_value_; }
  [[nodiscard]] double mean() const;
  [[nodiscard]] std::uint64_t count() const { return scores_.size(); }

 private:
  [[nodiscard]] bool beaten_from_above(double mean) const;  // the bet that the mean is larger has paid
  [[nodiscard]] bool beaten_from_below(double mean) const;

  double alpha_;
  std::vector<double> scores_;  // moved to [0, 1]
  std::vector<double> bets_;    // each made before its score was seen
  double sum_ = 0;
  double squares_ = .25;                       // of deviations from the means known at the time
  double against_low_ = 0, against_high_ = 0;  // logarithms of the capital against a mean score of 0
  double p_value_ = 1;
};

enum class Decision : std::uint8_t { go_on, first_better, second_better, no_difference };
[[nodiscard]] std::string_view to_string(Decision decision);

struct Stopping {
  Decision decision = Decision::go_on;
  double mean = 0;
  Interval interval;
  double confidence = 0;  // that there is a difference at all: 1 - p_value, holding at any time
  // Pairs that a decision will still take if things go on like this; nothing: decided, or too few to say.
  std::optional<std::uint64_t> more;
};

inline constexpr std::uint64_t pairs_to_foretell = 10;

// Better: the interval excludes 0. No difference: it lies within +- `margin`. Both kinds together are wrong
// with at most 5 %, ever.
[[nodiscard]] Stopping when_to_stop(std::span<const double> scores, double margin);

}  // namespace kindling
