// What past answers teach of a closed tokenizer: an estimate, and a bound that holds for 99 % of requests like
// those before.
//
// Each answer says how many tokens its request really had. A least-squares fit of what each trait of the texts
// costs (not negative, drawn towards what byte-level BPE vocabularies usually cost) gives the estimate; the
// bound is conformal (Vovk; Lei et al. 1604.04173): each past request is predicted by the fit without it, and
// the new one is allowed to exceed its estimate by as much as the 199th of 200 did, in units of a spread that
// grows with the size, with how little like the request was seen (its leverage), and with how far requests of a
// like mixture lay from their estimates. It assumes only that the
// new request is drawn like the old ones. Where that is plainly not so, because a script or a kind of text was
// hardly seen, the unseen part counts one token a byte. docs/calibration.md has the figures.
//
// Pure values; safe from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/span.h"
#include "tokenizer/cost_fit.h"
#include "tokenizer/text_shape.h"

namespace kindling {

// Fewer observations cannot carry 99 %: the bound stays the worst case.
inline constexpr std::size_t calibration_samples_min = 99;
// From here on the estimate follows the fit.
inline constexpr std::size_t estimate_samples_min = 20;
inline constexpr double calibration_confidence = .99;

class Calibration {
 public:
  // `observations` oldest first, all of the model as it is now. Few observations, even none, are no error.
  [[nodiscard]] static Calibration fit(std::span<const Observation> observations);

  [[nodiscard]] std::size_t samples() const { return scores_.size(); }
  [[nodiscard]] bool estimates() const { return samples() >= estimate_samples_min; }
  [[nodiscard]] bool bounds() const { return samples() >= calibration_samples_min; }

  // Requires: estimates().
  [[nodiscard]] double estimate(const TextShape& shape) const;
  // What a request of this estimate and of the usual mixture may exceed it by. Requires: bounds().
  [[nodiscard]] double margin(double estimate) const;
  // Bytes of kinds of text that past requests had hardly any of, beyond what they had. Requires: bounds().
  [[nodiscard]] double unseen_bytes(const TextShape& shape) const;
  // Both numbers for a whole request. Requires: bounds().
  [[nodiscard]] TokenCount count(const TextShape& shape) const;

  // How far `observation` lies from its estimate, in units of the spread; above zero: the truth was more.
  // Requires: estimates().
  [[nodiscard]] double score(const Observation& observation) const;
  // Whether requests like it were observed: its leverage is no higher than those of nearly all of them.
  [[nodiscard]] bool familiar(const Observation& observation) const;
  // Of the observations fitted, each predicted by the fit without it; sorted.
  [[nodiscard]] const std::vector<double>& scores() const { return scores_; }
  // The median of truth / estimate over the observations, each estimated without itself; 1 if there are none.
  [[nodiscard]] double median_ratio() const { return median_ratio_; }

 private:
  // A request by what its tokens are: shares of words, digits, blanks, signs, and letters of other scripts.
  static constexpr std::size_t mixture_kinds = 8;
  using Mixture = std::array<float, mixture_kinds>;
  struct Neighbour {
    Mixture mixture{};
    float squared = 0;  // of its score
  };
  [[nodiscard]] static Mixture mixture_of(const TextShape& shape);
  // What requests of such a mixture scatter, in units of the spread: the root of the mean square of the scores
  // of those near it, drawn to that of all. `without`: one that does not count.
  [[nodiscard]] double local_scatter(const Mixture& mixture, const Neighbour* without) const;
  // Of a new request: what its score is divided by.
  [[nodiscard]] double spread_of(const TextShape& shape, double estimate) const;
  // Divides scores by their local scatter, and gives that.
  std::vector<double> adapt_scores();

  CostFit fit_;
  std::vector<Neighbour> neighbours_;            // the newest
  double mean_square_ = 0;                       // of the scores before they were adapted
  std::array<double, trait_count> share_max_{};  // of a request's bytes, as far as seen
  std::vector<double> scores_;
  double allowed_score_ = 0;
  double usual_scatter_ = 1;
  double usual_widening_ = 1;  // news times local scatter
  double familiar_leverage_ = 0;
  double median_ratio_ = 1;
};

}  // namespace kindling
