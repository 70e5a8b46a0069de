// The k nearest of what is offered one by one. Filled to twice its size, then cut, so that most offers cost one
// comparison. Not thread-safe.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "index/vectors/nearest.h"

namespace kindling {

class KeptNearest {
 public:
  // Requires: count > 0.
  explicit KeptNearest(std::size_t count) : count_(count) { kept_.reserve(2 * count); }

  // A product of NaN is of no row.
  void offer(Neighbour one) {
    if ((full_ && !nearer(one, last_)) || std::isnan(one.product)) return;
    kept_.push_back(one);
    if (kept_.size() < 2 * count_) return;
    cut_to_nearest(kept_, count_);
    last_ = kept_.back();
    full_ = true;
  }

  // A product that `count` of those offered reach: grows, and is never more than the last one's.
  [[nodiscard]] float reached() const {
    return full_ ? last_.product : -std::numeric_limits<float>::infinity();
  }

  // Nearest first.
  [[nodiscard]] std::vector<Neighbour> take() {
    keep_nearest(kept_, count_);
    return std::move(kept_);
  }

 private:
  std::size_t count_;
  std::vector<Neighbour> kept_;
  bool full_ = false;
  Neighbour last_;
};

}  // namespace kindling
