// The postings of terms that stand in many chunks, a second time: in blocks that can be passed over, each
// posting with a level that bounds what it adds to a score.
//
// The varints of terms/postings.h are read from their beginning, and what one adds to a score asks for the
// chunk's length. Here 128 postings are a block, bit-packed: chunks in whose text or headings the term stands,
// and the occurrences in the text (0: in headings alone). A level is the share of index/lexical.h,
//
//   tf / (tf + k1 (1 - b + b length / mean length of the segment)),   tf of text and headings together,
//
// in 255ths of the term's largest, rounded up (terms/levels.h). Another mean length, that of the snapshot,
// changes no share by more than the means' ratio.
//
// All in segment files, read where it lies. Reading is bounded: a damaged block is empty or names wrong chunks,
// which the reader must hold against its own limits. Views borrow the file's bytes; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/simd/packed_block.h"
#include "index/terms/postings.h"

namespace kindling {

// A term in fewer chunks is read as quickly from its varints.
inline constexpr std::uint32_t leveled_postings_min = 1024;

// As they lie in a segment file.
struct LeveledTerm {
  std::uint32_t term = 0;      // its number in the dictionary
  std::uint32_t postings = 0;  // chunks
  std::uint32_t first_block = 0;
  float share_max = 0;
};
static_assert(sizeof(LeveledTerm) == 16);

struct LeveledBlock {
  std::uint64_t words = 0;      // where its chunks begin among the words; behind them its frequencies
  std::uint64_t positions = 0;  // where the positions of its postings begin in the term's (terms/postings.h)
  std::uint32_t last_chunk = 0;
  std::uint16_t chunk_bits = 0;
  std::uint16_t frequency_bits = 0;
};
static_assert(sizeof(LeveledBlock) == 24);

[[nodiscard]] constexpr std::uint32_t leveled_blocks(std::uint32_t postings) {
  return static_cast<std::uint32_t>((std::uint64_t{postings} + packed_block_size - 1) / packed_block_size);
}

// Of one term; empty for a term that has none.
class LeveledList {
 public:
  LeveledList() = default;
  // Spans of one size: the term's blocks. `levels`: 128 of each.
  LeveledList(const LeveledTerm& term, std::span<const LeveledBlock> blocks,
              std::span<const std::uint32_t> words, std::span<const std::uint8_t> levels)
      : term_(term), blocks_(blocks), words_(words), levels_(levels) {}

  [[nodiscard]] bool empty() const { return blocks_.empty(); }
  [[nodiscard]] const LeveledTerm& term() const { return term_; }
  [[nodiscard]] std::span<const LeveledBlock> blocks() const { return blocks_; }
  // The first from `block` on whose last chunk is `chunk` or a later one; blocks().size() if there is none.
  [[nodiscard]] std::size_t seek(std::size_t block, std::uint32_t chunk) const;

  // Require: block < blocks().size(). Both return how many postings there are, zero at damage; the rest of the
  // array is undefined. The last chunk that is read is the block's last_chunk.
  std::uint32_t read_chunks(std::size_t block, BlockNumbersOut chunks) const;
  std::uint32_t read_frequencies(std::size_t block, BlockNumbersOut frequencies) const;
  [[nodiscard]] std::span<const std::uint8_t, packed_block_size> levels(std::size_t block) const {
    return levels_.subspan(block * packed_block_size).first<packed_block_size>();
  }
  // Asks memory for a block that will be read; none is let be.
  void fetch(std::size_t block) const;

 private:
  [[nodiscard]] std::uint32_t count(std::size_t block) const;

  LeveledTerm term_;
  std::span<const LeveledBlock> blocks_;
  std::span<const std::uint32_t> words_;
  std::span<const std::uint8_t> levels_;
};

// Regions of a segment file.
struct LeveledRegions {
  std::vector<LeveledTerm> terms;  // ascending
  std::vector<LeveledBlock> blocks;
  std::vector<std::uint32_t> words;
  std::vector<std::uint8_t> levels;  // 128 a block
};

class LeveledPostings {
 public:
  LeveledPostings() = default;
  LeveledPostings(std::span<const LeveledTerm> terms, std::span<const LeveledBlock> blocks,
                  std::span<const std::uint32_t> words, std::span<const std::uint8_t> levels)
      : terms_(terms), blocks_(blocks), words_(words), levels_(levels) {}

  [[nodiscard]] LeveledList list(std::uint32_t term) const;
  [[nodiscard]] std::span<const LeveledTerm> terms() const { return terms_; }
  // Whether terms ascend below `term_count` and share out all the blocks.
  [[nodiscard]] bool intact(std::uint32_t term_count) const;

 private:
  std::span<const LeveledTerm> terms_;
  std::span<const LeveledBlock> blocks_;
  std::span<const std::uint32_t> words_;
  std::span<const std::uint8_t> levels_;
};

// Chunks of a segment under one heading path: [begin, end), with the occurrences of a term in the headings.
struct HeadedChunks {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t frequency = 0;
};

// Calls put(chunk, in_text, in_headings) for the chunks of both, in order. All ascend.
template <typename Put>
void for_each_chunk(std::span<const std::uint32_t> chunks, std::span<const std::uint32_t> frequencies,
                    std::span<const HeadedChunks> headed, Put put) {
  std::size_t body = 0;
  for (const HeadedChunks& range : headed) {
    for (; body < chunks.size() && chunks[body] < range.begin; ++body) put(chunks[body], frequencies[body], 0u);
    for (std::uint32_t chunk = range.begin; chunk < range.end; ++chunk) {
      const bool both = body < chunks.size() && chunks[body] == chunk;
      put(chunk, both ? frequencies[body++] : 0u, range.frequency);
    }
  }
  for (; body < chunks.size(); ++body) put(chunks[body], frequencies[body], 0u);
}

}  // namespace kindling
