#include "tokenizer/drift.h"

#include <algorithm>
#include <vector>

#include "tokenizer/calibration.h"

namespace kindling {
namespace {

constexpr std::size_t recent_samples = 30;
constexpr std::size_t broken_window = 10;
constexpr std::size_t broken_max = 2;  // in the window; three have a chance of 1 in 10,000
constexpr double band_share = .04;     // of older scores, on each side
constexpr std::size_t familiar_samples_min = 15;

// Bounds that did not hold: the oldest of them among the newest observations, when they are too many.
std::optional<Drift> broken_bounds(std::span<const Observation> observations) {
  std::size_t broken = 0, oldest = observations.size(), seen = 0;
  for (std::size_t i = observations.size(); i-- > 0 && seen < broken_window;) {
    if (!observations[i].calibrated) continue;
    ++seen;
    if (observations[i].truth <= observations[i].tokens_max) continue;
    ++broken;
    oldest = i;
  }
  if (broken <= broken_max || oldest == 0) return std::nullopt;  // the latter: noticed before
  return Drift{oldest, std::to_string(broken) + " of the last " + std::to_string(seen) +
                           " requests had more tokens than the bound allowed"};
}

struct Scored {
  std::size_t index = 0;
  double score = 0;
};

// The newest requests, as far as older ones were like them.
std::vector<Scored> familiar_recent(const Calibration& older, std::span<const Observation> observations,
                                    std::size_t begin) {
  std::vector<Scored> recent;
  for (std::size_t i = begin; i < observations.size(); ++i) {
    if (older.familiar(observations[i])) recent.push_back({i, older.score(observations[i])});
  }
  return recent;
}

// Where the new model began to answer: from there on nearly all lie beyond the older ones. An old observation
// kept by mistake widens the bounds for long, a new one lost costs nothing.
std::size_t change_point(std::span<const Scored> recent, double low, double high, bool more) {
  constexpr int price_of_inside = 3;
  int sum = 0, best = 0;
  std::size_t from = recent.back().index;
  for (std::size_t i = recent.size(); i-- > 0;) {
    const bool beyond = more ? recent[i].score > high : recent[i].score < low;
    sum += beyond ? 1 : -price_of_inside;
    if (sum > best) {
      best = sum;
      from = recent[i].index;
    }
  }
  return from;
}

// The typical newest request lies beyond nearly all older ones.
std::optional<Drift> shifted_middle(std::span<const Observation> observations) {
  if (observations.size() < calibration_samples_min + recent_samples) return std::nullopt;
  const std::size_t begin = observations.size() - recent_samples;
  const Calibration older = Calibration::fit(observations.first(begin));
  const std::vector<Scored> recent = familiar_recent(older, observations, begin);
  if (recent.size() < familiar_samples_min) return std::nullopt;
  std::vector<double> scores;
  for (const Scored& scored : recent) scores.push_back(scored.score);
  const auto half = scores.begin() + static_cast<std::ptrdiff_t>(scores.size() / 2);
  std::nth_element(scores.begin(), half, scores.end());
  const std::vector<double>& known = older.scores();
  const auto outside = static_cast<std::size_t>(band_share * static_cast<double>(known.size()));
  const double low = known[outside], high = known[known.size() - 1 - outside];
  if (*half >= low && *half <= high) return std::nullopt;
  const bool more = *half > high;
  return Drift{change_point(recent, low, high, more), std::string("requests like older ones have had ") +
                                                          (more ? "more" : "fewer") + " tokens of late"};
}

}  // namespace

std::optional<Drift> find_drift(std::span<const Observation> observations) {
  if (auto drift = broken_bounds(observations)) return drift;
  return shifted_middle(observations);
}

}  // namespace kindling
