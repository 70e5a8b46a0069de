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
constexpr double news_factor =
    3;  // of leverage; 1 would do if the fit were the truth, and only its costs in doubt

double byte_share(const TextShape& shape, std::size_t trait) {
  const auto bytes = static_cast<double>(std::max<std::uint64_t>(1, shape.bytes));
  return unseen_bytes_each(trait) * static_cast<double>(shape.traits[trait]) / bytes;
}

// How much more a request scatters than the usual one because little like it was observed. `leverage` is that
// in a fit that does not know the request.
double news(double leverage) { return std::sqrt(1 + news_factor * leverage); }

constexpr std::size_t neighbours_max = 500;
constexpr float near = .25f;        // distance of mixtures at which requests have nothing to tell of each other
constexpr double usual_weight = 5;  // of all requests together, in neighbours
constexpr double least_scatter = 1e-6;  // where every count was foretold exactly

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
  std::vector<double> ratios, leverages, scatters, widenings;  // one an observation
  for (std::size_t i = 0; i < observations.size(); ++i) {
    const auto truth = static_cast<double>(observations[i].truth);
    const double error = truth - calibration.fit_.estimate(observations[i].shape);
    leverages.push_back(calibration.fit_.leverage(observations[i].shape, truth));
    const double without = std::max(1., truth - error / (1 - leverages.back()));  // predicted by the others
    scatters.push_back(scatter_of(observations[i].shape));
    widenings.push_back(news(leverages.back() / (1 - leverages.back())));
    calibration.scores_.push_back((truth - without) /
                                  (token_spread(without, scatters.back()) * widenings.back()));
    ratios.push_back(truth / without);
    calibration.neighbours_.push_back(
        {mixture_of(observations[i].shape), static_cast<float>(std::pow(calibration.scores_.back(), 2))});
  }
  const std::vector<double> scatter = calibration.adapt_scores();
  for (std::size_t i = 0; i < widenings.size(); ++i) widenings[i] *= scatter[i];
  calibration.median_ratio_ = quantile_of(std::move(ratios), .5);
  calibration.usual_scatter_ = quantile_of(std::move(scatters), .5);
  calibration.usual_widening_ = quantile_of(std::move(widenings), .5);
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

std::vector<double> Calibration::adapt_scores() {
  double sum = 0;
  for (const Neighbour& neighbour : neighbours_) sum += static_cast<double>(neighbour.squared);
  mean_square_ = sum / static_cast<double>(neighbours_.size());
  const std::vector<Neighbour> all = neighbours_;
  if (neighbours_.size() > neighbours_max) {
    neighbours_.erase(neighbours_.begin(), neighbours_.end() - static_cast<std::ptrdiff_t>(neighbours_max));
  }
  const std::size_t older = all.size() - neighbours_.size();
  std::vector<double> scatter;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Neighbour* own = i < older ? nullptr : &neighbours_[i - older];
    scatter.push_back(local_scatter(all[i].mixture, own));
    scores_[i] /= scatter.back();
  }
  return scatter;
}

Calibration::Mixture Calibration::mixture_of(const TextShape& shape) {
  constexpr std::array<Trait, mixture_kinds> last_of{Trait::beyond_9,  Trait::digit_trio, Trait::line,
                                                     Trait::sign_tail, Trait::quote,      Trait::brahmic,
                                                     Trait::hangul,    Trait::other};
  Mixture mixture{};
  float all = 1;
  for (std::size_t trait = static_cast<std::size_t>(Trait::word), kind = 0; kind < mixture_kinds; ++trait) {
    const auto tokens = static_cast<float>(usual_cost(trait) * static_cast<double>(shape.traits[trait]));
    mixture[kind] += tokens;
    all += tokens;
    if (trait == static_cast<std::size_t>(last_of[kind])) ++kind;
  }
  for (float& share : mixture) share /= all;
  return mixture;
}

double Calibration::local_scatter(const Mixture& mixture, const Neighbour* without) const {
  double weight = usual_weight, sum = usual_weight * mean_square_;
  for (const Neighbour& neighbour : neighbours_) {
    float distance = 0;  // squared
    for (std::size_t kind = 0; kind < mixture_kinds; ++kind) {
      const float apart = mixture[kind] - neighbour.mixture[kind];
      distance += apart * apart;
    }
    const float likeness = 1 - distance / (near * near);
    if (likeness <= 0 || &neighbour == without) continue;
    weight += static_cast<double>(likeness);
    sum += static_cast<double>(likeness * neighbour.squared);
  }
  return std::max(least_scatter, std::sqrt(sum / weight));
}

double Calibration::spread_of(const TextShape& shape, double estimate) const {
  return token_spread(estimate, scatter_of(shape)) * news(fit_.leverage_outside(shape, estimate)) *
         local_scatter(mixture_of(shape), nullptr);
}

double Calibration::estimate(const TextShape& shape) const {
  KINDLING_CHECK(estimates());
  return fit_.estimate(shape);
}

double Calibration::margin(double estimate) const {
  return allowed_score_ * token_spread(estimate, usual_scatter_) * usual_widening_;
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
  const double most = middle + allowed_score_ * spread_of(shape, middle) + unseen_bytes(shape);
  return {static_cast<std::uint64_t>(std::llround(middle)), static_cast<std::uint64_t>(std::ceil(most))};
}

double Calibration::score(const Observation& observation) const {
  const double middle = estimate(observation.shape);
  return (static_cast<double>(observation.truth) - middle) / spread_of(observation.shape, middle);
}

bool Calibration::familiar(const Observation& observation) const {
  return fit_.leverage(observation.shape, estimate(observation.shape)) <= familiar_leverage_;
}

}  // namespace kindling
