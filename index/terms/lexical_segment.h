// A segment as keyword search sees it: its place among the others, what is live in it, and what questions have
// in common.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "index/store/segment.h"

namespace kindling {

// Of each heading of a segment the sum of its terms' squared idf, which the snapshot fixes and questions share.
// Filled as questions need it, by any thread: all write the same.
class HeadingWeights {
 public:
  HeadingWeights() = default;
  explicit HeadingWeights(std::size_t headings)
      : size_(headings), weights_(std::make_unique<std::atomic<double>[]>(headings)) {}

  // Zero: not known yet, for terms have an idf above zero.
  [[nodiscard]] double at(std::uint32_t heading) const {
    return heading < size_ ? weights_[heading].load(std::memory_order_relaxed) : 0;
  }
  void keep(std::uint32_t heading, double weight) const {
    if (heading < size_) weights_[heading].store(weight, std::memory_order_relaxed);
  }

 private:
  std::size_t size_ = 0;
  std::unique_ptr<std::atomic<double>[]> weights_;
};

struct LexicalSegment {
  const Segment* segment = nullptr;
  std::uint32_t first_document = 0;  // of the snapshot, as the next two
  std::uint32_t first_section = 0;
  std::uint32_t first_chunk = 0;
  std::span<const bool> live;                       // of each document; empty: all are
  const HeadingWeights* heading_weights = nullptr;  // may be null

  [[nodiscard]] bool is_live(std::uint32_t document) const { return live.empty() || live[document]; }
};

}  // namespace kindling
