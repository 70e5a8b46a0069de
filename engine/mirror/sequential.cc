#include "engine/mirror/sequential.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace kindling {
namespace {

constexpr double bet_share_max = .5;  // of what could be lost: never ruined by one score
constexpr std::uint64_t more_max = 1'000'000;

// How the capital grows by one score, betting that the mean is above or below `mean`.
double growth_above(double score, double bet, double mean) {
  const double capped = mean > 0 ? std::min(bet, bet_share_max / mean) : bet;
  return std::log1p(capped * (score - mean));
}

double growth_below(double score, double bet, double mean) {
  const double capped = mean < 1 ? std::min(bet, bet_share_max / (1 - mean)) : bet;
  return std::log1p(-capped * (score - mean));
}

double to_score(double shifted) { return 2 * shifted - 1; }

}  // namespace

ConfidenceSequence::ConfidenceSequence(double alpha) : alpha_(alpha) { KINDLING_CHECK(alpha > 0 && alpha < 1); }

void ConfidenceSequence::add(double score) {
  KINDLING_CHECK(score >= -1 && score <= 1);
  const double shifted = (score + 1) / 2;
  const auto t = static_cast<double>(scores_.size() + 1);
  const double variance = squares_ / t;
  const double bet = std::sqrt(2 * std::log(2 / alpha_) / (variance * t * std::log(1 + t)));
  scores_.push_back(shifted);
  bets_.push_back(bet);
  sum_ += shifted;
  const double mean_now = (.5 + sum_) / (t + 1);
  squares_ += (shifted - mean_now) * (shifted - mean_now);

  against_low_ += growth_above(shifted, bet, .5);
  against_high_ += growth_below(shifted, bet, .5);
  const double capital = .5 * std::exp(against_low_) + .5 * std::exp(against_high_);
  p_value_ = std::min(p_value_, 1 / capital);
}

double ConfidenceSequence::mean() const {
  return scores_.empty() ? 0 : to_score(sum_ / static_cast<double>(scores_.size()));
}

// Each of the two bets has half of the capital, so it alone must double what is asked for.
bool ConfidenceSequence::beaten_from_above(double mean) const {
  const double wanted = std::log(2 / alpha_);
  double capital = 0;
  for (std::size_t i = 0; i < scores_.size(); ++i) {
    capital += growth_above(scores_[i], bets_[i], mean);
    if (capital >= wanted) return true;
  }
  return false;
}

bool ConfidenceSequence::beaten_from_below(double mean) const {
  const double wanted = std::log(2 / alpha_);
  double capital = 0;
  for (std::size_t i = 0; i < scores_.size(); ++i) {
    capital += growth_below(scores_[i], bets_[i], mean);
    if (capital >= wanted) return true;
  }
  return false;
}

// The capital against a mean falls (or rises) with the mean throughout, so each end is found by halving.
Interval ConfidenceSequence::interval() const {
  constexpr int halvings = 40;
  double low = 0;
  if (beaten_from_above(low)) {
    double high = 1;
    for (int i = 0; i < halvings; ++i) {
      const double middle = (low + high) / 2;
      (beaten_from_above(middle) ? low : high) = middle;
    }
  }
  double high = 1;
  if (beaten_from_below(high)) {
    double below = 0;
    for (int i = 0; i < halvings; ++i) {
      const double middle = (below + high) / 2;
      (beaten_from_below(middle) ? high : below) = middle;
    }
  }
  if (low > high) low = high;
  return {to_score(low), to_score(high)};
}

std::string_view to_string(Decision decision) {
  switch (decision) {
    case Decision::go_on:
      return "go_on";
    case Decision::first_better:
      return "first_better";
    case Decision::second_better:
      return "second_better";
    case Decision::no_difference:
      return "no_difference";
  }
  return "go_on";
}

Stopping when_to_stop(std::span<const double> scores, double margin) {
  ConfidenceSequence sequence;
  for (const double score : scores) sequence.add(score);
  Stopping stopping;
  stopping.mean = sequence.mean();
  stopping.interval = sequence.interval();
  stopping.confidence = 1 - sequence.p_value();
  if (stopping.interval.low > 0) {
    stopping.decision = Decision::second_better;
  } else if (stopping.interval.high < 0) {
    stopping.decision = Decision::first_better;
  } else if (stopping.interval.low > -margin && stopping.interval.high < margin) {
    stopping.decision = Decision::no_difference;
  } else if (scores.size() >= pairs_to_foretell) {
    // Intervals shrink about as the root of the number of pairs; the nearer of the two decisions is taken.
    const double width = (stopping.interval.high - stopping.interval.low) / 2;
    const double needed = std::max(std::abs(stopping.mean), margin - std::abs(stopping.mean));
    const double factor = std::max(width / std::max(needed, 1e-6), 1.05);
    const double more = std::ceil(static_cast<double>(scores.size()) * (factor * factor - 1));
    stopping.more = static_cast<std::uint64_t>(std::min(more, static_cast<double>(more_max)));
  }
  return stopping;
}

}  // namespace kindling
