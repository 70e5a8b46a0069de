// Reading postings in passing: as many as are wanted at a time, positions only of those that matter.
//
// Over the blocks of terms/postings.h. All reading is bounded as it is there: at damage a list ends. A cursor
// borrows its block's bytes; each is for one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "index/terms/leveled_postings.h"
#include "index/terms/postings.h"
#include "index/terms/varint_stream.h"

namespace kindling {

class BodyCursor {
 public:
  BodyCursor() = default;
  BodyCursor(const PostingBlock& block, std::uint32_t chunk_count);

  // The next postings of chunks below `end`, as many as there is room for; returns how many. Zero means that
  // the next is not below `end`, or that there is none. Requires: spans of one size.
  std::size_t read(std::uint32_t end, std::span<std::uint32_t> chunks, std::span<std::uint32_t> frequencies);
  [[nodiscard]] bool done() const { return left_ == 0; }

 private:
  bool read_one(std::uint32_t end, std::uint32_t& chunk, std::uint32_t& frequency);

  VarintStream stream_;
  std::uint32_t left_ = 0;
  std::uint32_t chunk_count_ = 0;
  std::uint32_t previous_ = 0;
  std::uint32_t frequency_max_ = 0;
  bool first_ = true;
};

// Finds the positions of a posting by the occurrences before it.
class PositionCursor {
 public:
  PositionCursor() = default;
  // From the occurrence that begins at `begin` on, which is number 0.
  explicit PositionCursor(std::string_view positions, std::uint64_t begin = 0)
      : bytes_(positions), at_(static_cast<std::size_t>(std::min<std::uint64_t>(begin, positions.size()))) {}

  // The place of occurrence `number` in the bytes; numbers may only grow from call to call. Past the end: the
  // end.
  [[nodiscard]] std::size_t find(std::uint64_t number);

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint64_t number_ = 0;
};

// Walks the postings of chunks that are wanted here and there, in passing over the others: whole blocks of them
// where the term has levels.
class PostingSeeker {
 public:
  PostingSeeker() = default;
  // `leveled`: of the same term, or empty.
  PostingSeeker(const PostingBlock& block, std::uint32_t chunk_count, const LeveledList& leveled = {});

  // Moves on to the first posting of `chunk` or of a later one; false where there is none. `chunk` may only
  // grow from call to call.
  bool seek(std::uint32_t chunk);
  // Of the posting that was found; require that the last seek returned true.
  [[nodiscard]] std::uint32_t chunk() const { return chunks_[at_]; }
  [[nodiscard]] std::uint32_t frequency() const { return frequencies_[at_]; }
  // The place of its first position in the block's bytes.
  [[nodiscard]] std::size_t first_position();

 private:
  // The next batch that may hold `chunk`; false where there is none.
  bool read_batch(std::uint32_t chunk);
  bool read_block(std::uint32_t chunk);

  LeveledList leveled_;
  std::size_t block_ = 0;  // of leveled_, that is read next
  BodyCursor bodies_;
  std::string_view position_bytes_;
  PositionCursor positions_;
  std::vector<std::uint32_t> chunks_, frequencies_;  // a batch
  std::size_t at_ = 0, count_ = 0;                   // in the batch
  std::uint64_t occurrences_ = 0;  // before posting counted_ of the batch, from where positions_ began
  std::size_t counted_ = 0;
};

// Appends `count` positions that begin at `place`, or fewer where the bytes end.
void append_positions(std::string_view bytes, std::size_t place, std::uint32_t count,
                      std::vector<std::uint32_t>& positions);

class HeadingCursor {
 public:
  HeadingCursor() = default;
  HeadingCursor(const PostingBlock& block, std::uint32_t section_count);

  [[nodiscard]] bool done() const { return done_; }
  // Of the present posting; require: not done.
  [[nodiscard]] std::uint32_t section() const { return section_; }
  [[nodiscard]] std::uint32_t frequency() const { return frequency_; }
  void append_positions(std::vector<std::uint32_t>& positions) const;
  void next();

 private:
  std::string_view bytes_;
  VarintStream stream_;
  std::uint32_t left_ = 0;
  std::uint32_t section_count_ = 0;
  std::uint32_t section_ = 0;
  std::uint32_t frequency_ = 0;
  bool first_ = true;
  bool done_ = true;
};

}  // namespace kindling
