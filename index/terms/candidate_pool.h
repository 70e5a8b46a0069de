// Chunks that may be among the best `count` of a question, and the bound that they must reach.
//
// Every chunk comes with two bounds of its score, in the units of one question. How many lower bounds lie in
// which of some thousand steps is counted; the threshold is the foot of the highest step at and above which
// there are `count` of them, so that it follows each chunk at no cost. What stays below it by its upper bound
// is not among the best. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kindling {

struct ChunkCandidate {
  std::uint32_t segment = 0;
  std::uint32_t chunk = 0;  // of the segment
  std::uint32_t lower = 0;  // bounds: below 2^28
  std::uint32_t upper = 0;
};

class CandidatePool {
 public:
  // `margin`: by how much bounds may be wrong.
  CandidatePool(std::size_t count, std::uint32_t margin);

  // What an upper bound must reach; at least 1.
  [[nodiscard]] std::uint32_t threshold() const { return threshold_; }
  void offer(const ChunkCandidate& candidate);
  // All that may be among the best, in the order in which they were offered.
  [[nodiscard]] const std::vector<ChunkCandidate>& finish();

 private:
  void drop();
  void set_threshold(std::uint32_t lower);

  std::size_t count_;
  std::uint32_t margin_;
  std::uint32_t threshold_ = 1;
  std::uint32_t step_ = 0;            // the lowest that may still be the threshold's
  std::size_t at_or_above_ = 0;       // candidates at and above it
  std::vector<std::uint32_t> steps_;  // how many there are on each
  std::vector<ChunkCandidate> candidates_;
  std::size_t kept_ = 0;  // candidates left the last time that some were dropped
};

}  // namespace kindling
