#include "index/terms/candidate_pool.h"

#include <algorithm>
#include <functional>
#include <limits>

namespace kindling {
namespace {

constexpr unsigned step_bits = 14;  // 16,384 steps of 2^28
constexpr std::size_t steps = std::size_t{1} << (28 - step_bits);
constexpr std::size_t dropped_at_least = 4096;  // new candidates, so that looking for them costs little

}  // namespace

CandidatePool::CandidatePool(std::size_t count, std::uint32_t margin)
    : count_(count), margin_(margin), steps_(steps) {
  if (count == 0) threshold_ = std::numeric_limits<std::uint32_t>::max() >> 1;
}

void CandidatePool::offer(const ChunkCandidate& candidate) {
  if (candidate.upper < threshold_) return;
  candidates_.push_back(candidate);
  const std::uint32_t step = std::min(candidate.lower >> step_bits, static_cast<std::uint32_t>(steps - 1));
  ++steps_[step];
  if (step < step_) return;
  ++at_or_above_;
  while (at_or_above_ - steps_[step_] >= count_) at_or_above_ -= steps_[step_++];
  set_threshold(step_ << step_bits);
  if (candidates_.size() >= 2 * kept_ + dropped_at_least) drop();
}

void CandidatePool::set_threshold(std::uint32_t lower) {
  // Before there are `count` candidates the foot of the lowest step is zero.
  if (at_or_above_ >= count_ && lower > margin_) threshold_ = std::max(threshold_, lower - margin_);
}

void CandidatePool::drop() {
  std::erase_if(candidates_, [&](const ChunkCandidate& each) { return each.upper < threshold_; });
  kept_ = candidates_.size();
}

const std::vector<ChunkCandidate>& CandidatePool::finish() {
  drop();
  if (count_ > 0 && candidates_.size() > count_) {
    std::vector<std::uint32_t> lowers;
    lowers.reserve(candidates_.size());
    for (const ChunkCandidate& each : candidates_) lowers.push_back(each.lower);
    const auto last = lowers.begin() + static_cast<std::ptrdiff_t>(count_ - 1);
    std::nth_element(lowers.begin(), last, lowers.end(), std::greater<>());
    at_or_above_ = count_;
    set_threshold(*last);
    drop();
  }
  return candidates_;
}

}  // namespace kindling
