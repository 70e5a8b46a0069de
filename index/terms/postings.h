// Postings of one term: a block of varints.
//
//   chunk frequency, section frequency, body count, bytes of bodies, bytes of positions, heading count
//   bodies     per chunk that holds the term in its body:  chunk (distance), occurrences
//   positions  per such chunk and occurrence:              position (distance, from 0 in each chunk)
//   headings   per section under a heading with the term:  section (distance), occurrences, positions
//   (distances)
//
// Chunks and sections ascend and count within the segment. Reading is bounded: a damaged block ends early and
// yields nothing outside the segment.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/terms/analyzed_document.h"

namespace kindling {

// Places in ascending order, each with its occurrences; position j of place i is positions[starts[i] + j].
struct PostingList {
  std::vector<std::uint32_t> places;
  std::vector<std::uint32_t> starts;     // one more than places
  std::vector<std::uint32_t> positions;  // ascending within a place

  [[nodiscard]] std::uint32_t frequency(std::size_t i) const { return starts[i + 1] - starts[i]; }
  [[nodiscard]] std::span<const std::uint32_t> at(std::size_t i) const {
    return std::span(positions).subspan(starts[i], frequency(i));
  }
  void clear();
};

// Grows the block of one term; places must ascend.
class PostingBlockBuilder {
 public:
  // Adds one document's occurrences; its first chunk and section are `first_chunk` and `first_section` of the
  // segment.
  void add(const AnalyzedTerm& term, std::uint32_t first_chunk, std::uint32_t first_section);
  void append_to(std::string& out) const;

 private:
  std::uint32_t chunk_frequency_ = 0;
  std::uint32_t section_frequency_ = 0;
  std::uint32_t body_count_ = 0;
  std::uint32_t heading_count_ = 0;
  std::uint32_t last_chunk_ = 0;
  std::uint32_t last_section_ = 0;
  std::string bodies_;
  std::string positions_;
  std::string headings_;
};

class PostingBlock {
 public:
  // An empty block when the bytes are damaged; `intact` tells.
  explicit PostingBlock(std::string_view bytes);

  [[nodiscard]] bool intact() const { return intact_; }
  [[nodiscard]] std::uint32_t chunk_frequency() const { return chunk_frequency_; }
  [[nodiscard]] std::uint32_t section_frequency() const { return section_frequency_; }

  // For terms/posting_cursors.h: how many postings there may be, and their bytes.
  [[nodiscard]] std::uint32_t body_count() const { return body_count_; }
  [[nodiscard]] std::uint32_t heading_count() const { return heading_count_; }
  [[nodiscard]] std::string_view bodies() const { return bodies_; }
  [[nodiscard]] std::string_view positions() const { return positions_; }
  [[nodiscard]] std::string_view headings() const { return headings_; }

  // Fill `list` (cleared first); false when the block is damaged, and then the list holds what came before the
  // damage.
  bool read_bodies(std::uint32_t chunk_count, bool with_positions, PostingList& list) const;
  bool read_headings(std::uint32_t section_count, PostingList& list) const;

 private:
  bool intact_ = false;
  std::uint32_t chunk_frequency_ = 0;
  std::uint32_t section_frequency_ = 0;
  std::uint32_t body_count_ = 0;
  std::uint32_t heading_count_ = 0;
  std::string_view bodies_;
  std::string_view positions_;
  std::string_view headings_;
};

}  // namespace kindling
