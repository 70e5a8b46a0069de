// Makes the regions of terms/leveled_postings.h from the postings of a segment.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "index/store/segment_format.h"
#include "index/terms/leveled_postings.h"
#include "index/terms/postings.h"

namespace kindling {

class LeveledBuilder {
 public:
  // Of the segment, whose summary says how long its chunks are in the mean; borrows both spans.
  LeveledBuilder(std::span<const SectionRecord> sections, std::span<const std::uint32_t> chunk_lengths,
                 const SegmentSummary& summary);

  // Appends a term, whatever the number of its chunks; nothing where it has none.
  // Requires: `block` is intact; terms ascend.
  void add(std::uint32_t term, const PostingBlock& block);

  [[nodiscard]] const LeveledRegions& regions() const& { return regions_; }
  [[nodiscard]] LeveledRegions&& regions() && { return std::move(regions_); }

 private:
  void read(const PostingBlock& block);
  void write_block(std::size_t begin, std::uint32_t before, std::uint64_t positions);

  std::span<const SectionRecord> sections_;
  std::span<const std::uint32_t> chunk_lengths_;
  float mean_length_ = 1;
  LeveledRegions regions_;
  // Of the present term.
  std::vector<std::uint32_t> chunks_, frequencies_;
  std::vector<float> shares_;
};

}  // namespace kindling
