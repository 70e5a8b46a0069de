#include "tokenizer/calibration.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace kindling {
namespace {

// Of observations this share may exceed the bound when it is made: half of what is promised, so that chance
// does not break the promise.
constexpr double exceeding_share = .005;
constexpr double margin_factor = 1.05;  // bounds made of the most extreme of few samples are a little short
constexpr std::size_t share_rank = 3;   // a share that so many past requests had is no news
constexpr double familiar_share = .95;

double byte_share(const TextShape& shape, std::size_t trait) {
  const auto bytes = static_cast<double>(std::max<std::uint64_t>(1, shape.bytes));
  return unseen_bytes_each(trait) * static_cast<double>(shape.traits[trait]) / bytes;
}

double quantile_of(std::vector<double> values, double share) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1) + .5);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace

Calibration Calibration::fit(std::span<const Observation> observations) {
  Calibration calibration;
  if (observations.empty()) return calibration;
  calibration.fit_ = CostFit(observations);
  std::vector<double> ratios, leverages, scatters;
  for (std::size_t i = 0; i < observations.size(); ++i) {
    const auto truth = static_cast<double>(observations[i].truth);
    const double error = truth - calibration.fit_.estimate(observations[i].shape);
    leverages.push_back(calibration.fit_.leverage(observations[i].shape, truth));
    const double without = std::max(1., truth - error / (1 - leverages.back()));  // predicted by the others
    scatters.push_back(scatter_of(observations[i].shape));
    calibration.scores_.push_back((truth - without) / token_spread(without, scatters.back()));
    ratios.push_back(truth / without);
  }
  calibration.median_ratio_ = quantile_of(std::move(ratios), .5);
  calibration.usual_scatter_ = quantile_of(std::move(scatters), .5);
  calibration.familiar_leverage_ = quantile_of(std::move(leverages), familiar_share);
  std::sort(calibration.scores_.begin(), calibration.scores_.end());
  const std::size_t count = observations.size();
  const auto rank = static_cast<std::size_t>(std::ceil(static_cast<double>(count + 1) * (1 - exceeding_share)));
  calibration.allowed_score_ = margin_factor * std::max(0., calibration.scores_[std::min(rank, count) - 1]);
  for (std::size_t trait = 0; trait < trait_count; ++trait) {
    std::vector<double> shares;
    for (const Observation& o : observations) shares.push_back(byte_share(o.shape, trait));
    const auto nth = shares.begin() + static_cast<std::ptrdiff_t>(std::min(share_rank, count) - 1);
    std::nth_element(shares.begin(), nth, shares.end(), std::greater<>());
    calibration.share_max_[trait] = *nth;
  }
  return calibration;
}

double Calibration::estimate(const TextShape& shape) const {
  KINDLING_CHECK(estimates());
  return fit_.estimate(shape);
}

double Calibration::margin(double estimate) const {
  return allowed_score_ * token_spread(estimate, usual_scatter_);
}

double Calibration::unseen_bytes(const TextShape& shape) const {
  double bytes = 0;
  for (std::size_t trait = 0; trait < trait_count; ++trait) {
    bytes += std::max(0., byte_share(shape, trait) - share_max_[trait]) * static_cast<double>(shape.bytes);
  }
  return bytes;
}

TokenCount Calibration::count(const TextShape& shape) const {
  KINDLING_CHECK(bounds());
  const double middle = estimate(shape);
  const double most = middle + allowed_score_ * token_spread(middle, scatter_of(shape)) + unseen_bytes(shape);
  return {static_cast<std::uint64_t>(std::llround(middle)), static_cast<std::uint64_t>(std::ceil(most))};
}

double Calibration::score(const Observation& observation) const {
  const double middle = estimate(observation.shape);
  return (static_cast<double>(observation.truth) - middle) /
         token_spread(middle, scatter_of(observation.shape));
}

bool Calibration::familiar(const Observation& observation) const {
  return fit_.leverage(observation.shape, estimate(observation.shape)) <= familiar_leverage_;
}

}  // namespace kindling
