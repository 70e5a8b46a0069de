// What each trait of a text costs in tokens, by least squares over requests whose true counts are known.
//
// Errors weigh as requests of that size scatter; costs are not negative, and drawn (ridge) towards what
// byte-level BPE vocabularies usually cost, so that few observations teach little and never nonsense.
// Pure; safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "tokenizer/text_shape.h"

namespace kindling {

// One answered request: what it was made of, what was foretold, and what the endpoint counted.
struct Observation {
  TextShape shape;               // of all texts, Trait::request 1 and Trait::message as sent
  std::uint64_t truth = 0;       // tokens, as the endpoint counted; > 0
  std::uint64_t tokens = 0;      // foretold
  std::uint64_t tokens_max = 0;  // foretold
  bool calibrated = false;       // `tokens_max` was a calibrated bound, not the worst case
  std::int64_t at_ms = 0;        // since 1970
};

// How much texts of such a mixture scatter around their estimate, beside English prose: variance for variance.
// A Chinese character may be a token or half of one, which nobody sees from outside; a letter is a fifth at
// most.
[[nodiscard]] double scatter_of(const TextShape& shape);

// The deviation of requests of so many tokens from their estimate, up to a factor: of a sum of independent
// pieces, and a little of what all pieces have in common.
[[nodiscard]] double token_spread(double tokens, double scatter);

// The bytes that one of a trait stands for where it is unseen; 0: another trait stands for them.
[[nodiscard]] double unseen_bytes_each(std::size_t trait);

// What one of a trait usually costs in byte-level BPE vocabularies.
[[nodiscard]] double usual_cost(std::size_t trait);

class CostFit {
 public:
  CostFit() = default;  // costs nothing
  // Requires: observations.size() > 0.
  explicit CostFit(std::span<const Observation> observations);

  // Tokens of a text or request of this shape, at least 1.
  [[nodiscard]] double estimate(const TextShape& shape) const;
  // What an observation of this shape weighs in its own estimate, 0 to below 1: high where little like it was
  // seen. `tokens` is how many it has.
  [[nodiscard]] double leverage(const TextShape& shape, double tokens) const;
  // The same of a request that was not observed: how far the costs' doubt moves its estimate, variance for
  // variance of its own scatter. 0 and up, above 1 where next to nothing like it was seen.
  [[nodiscard]] double leverage_outside(const TextShape& shape, double tokens) const;
  [[nodiscard]] const std::array<double, trait_count>& costs() const { return cost_; }

 private:
  using Row = std::array<double, trait_count>;
  [[nodiscard]] Row row_of(const TextShape& shape, double tokens) const;
  void factor(std::span<const Row> rows);
  void solve_lower(std::vector<double>& right) const;
  [[nodiscard]] std::vector<double> solve(std::vector<double> right) const;

  std::array<double, trait_count> cost_{};
  std::vector<std::size_t> free_;  // traits whose cost is not held at zero
  std::vector<double> factor_;     // of their system (Cholesky), lower triangle, row-major
  double weight_ = 1;
};

}  // namespace kindling
