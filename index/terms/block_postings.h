// Postings for ranked search over documents without structure: blocks of 128, bit-packed, each with its last
// document; a level of eight bits for each posting, that bounds what it can add to a score; the highest level
// of each block, and of frequent terms also of every range of documents.
//
//   score = sum over the question's terms of idf * share,   share = tf / (tf + norm of the document)
//   norm  = k1 (1 - b + b length / mean length), k1 .9, b .6;   idf = ln(1 + (N - df + .5) / (df + .5))
//
// A level is the share in 255ths of the term's largest, rounded up, at least 1: a question multiplies levels by
// its idf and works out exact scores, from frequencies and norms, only where the sum of the levels reaches what
// it looks for. Impacts in a byte as in Anh, de Kretser and Moffat, "Vector-space ranking with effective early
// termination" (SIGIR 2001), here for bounds only. Blocks as in Ding and Suel, "Faster top-k document retrieval
// using block-max indexes" (SIGIR 2011); ranges of documents that all terms have in common as in Dimopoulos,
// Nepomnyachiy and Suel, "Optimizing top-k document retrieval strategies for block-max indexes" (WSDM 2013).
//
// Immutable once built; safe from any thread. index/terms/top_documents.h searches it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/simd/packed_block.h"
#include "index/terms/packed_terms.h"

namespace kindling {

// Documents of one range, over which a term has one bound.
inline constexpr unsigned range_bits = 8;
inline constexpr std::uint32_t range_size = 1u << range_bits;
// A term in this share of the documents or more has bounds by range; a rarer one is decoded whole when asked
// for.
inline constexpr std::uint32_t frequent_share = 128;

inline constexpr std::uint32_t no_row = 0xffffffff;

// A frequent term also keeps what the tenth, hundredth and thousandth best of its documents get from it: a
// first threshold for as many hits.
inline constexpr std::array<std::uint32_t, 3> kept_ranks = {10, 100, 1000};

struct BlockTerm {
  std::uint32_t frequency = 0;    // documents that hold it
  std::uint32_t first_block = 0;  // of its full blocks; what is left over are varints
  std::uint32_t tail = 0;         // where those begin
  std::uint32_t row = no_row;     // of the bounds by range
  float share_max = 0;

  [[nodiscard]] std::uint32_t full_blocks() const {
    return frequency / static_cast<std::uint32_t>(packed_block_size);
  }
  [[nodiscard]] std::uint32_t tail_postings() const {
    return frequency % static_cast<std::uint32_t>(packed_block_size);
  }
};

class BlockPostings {
 public:
  [[nodiscard]] std::uint32_t documents() const { return static_cast<std::uint32_t>(norms_.size()); }
  [[nodiscard]] std::uint32_t ranges() const { return (documents() + range_size - 1) >> range_bits; }
  [[nodiscard]] std::uint32_t term_count() const { return terms_.size(); }
  [[nodiscard]] std::uint64_t bytes() const;  // of everything that a search reads

  [[nodiscard]] const BlockTerm* find(std::string_view term) const;  // null: in no document
  [[nodiscard]] float idf(const BlockTerm& term) const;
  [[nodiscard]] std::span<const float> norms() const { return norms_; }

  // Of the full blocks of a term, in order.
  [[nodiscard]] std::span<const std::uint32_t> last_documents(const BlockTerm& term) const {
    return std::span(last_documents_).subspan(term.first_block, term.full_blocks());
  }
  // The highest of a block's levels; of what is left over, no less.
  [[nodiscard]] std::uint8_t block_level(const BlockTerm& term, std::uint32_t block) const {
    return block < term.full_blocks() ? block_levels_[term.first_block + block] : std::uint8_t{255};
  }
  // The highest level of each range; zero only where the term is in no document of it.
  // Requires: the term has a row.
  [[nodiscard]] std::span<const std::uint8_t> range_levels(const BlockTerm& term) const {
    return std::span(range_levels_).subspan(std::size_t{term.row} * ranges(), ranges());
  }

  // The share of the term's `k`-th best document or of a later one; zero when that is not known.
  [[nodiscard]] float share_at_rank(const BlockTerm& term, std::size_t k) const;

  // Full block `block`, or with full_blocks() what is left over; returns how many postings there are. The rest
  // of the array is undefined.
  std::uint32_t read_documents(const BlockTerm& term, std::uint32_t block, BlockNumbersOut documents) const;
  // Of the same postings; of all full blocks together.
  [[nodiscard]] std::span<const std::uint8_t> levels(const BlockTerm& term, std::uint32_t block) const;
  [[nodiscard]] std::span<const std::uint8_t> full_levels(const BlockTerm& term) const {
    return std::span(levels_).subspan(std::size_t{term.first_block} * packed_block_size,
                                      std::size_t{term.full_blocks()} * packed_block_size);
  }
  // Asks memory for a block that will be read; none, or what is left over, is let be.
  void fetch(const BlockTerm& term, std::uint32_t block) const;
  // Of posting `at` of that block.
  [[nodiscard]] std::uint32_t frequency(const BlockTerm& term, std::uint32_t block, std::uint32_t at) const;

 private:
  friend class BlockPostingsBuilder;

  PackedTerms terms_;
  std::vector<BlockTerm> entries_;  // by number of the term
  std::vector<std::uint32_t> last_documents_;
  std::vector<std::uint8_t> block_levels_;
  std::vector<std::uint8_t> levels_;   // of the postings of full blocks
  std::vector<std::uint64_t> places_;  // of each full block in words_; its two widths in the lowest 12 bits
  std::vector<std::uint32_t> words_;   // documents, then frequencies less one
  std::string tails_;                  // of each term its levels, then distance and frequency of each
  std::vector<std::uint8_t> range_levels_;
  std::vector<float> ranked_shares_;  // of each frequent term, by kept_ranks
  std::vector<float> norms_;
};

class BlockPostingsBuilder {
 public:
  // The next document, as the terms of its text in any order; its length is their number.
  void add(std::span<const std::string_view> terms);
  // Errors: `too_large` past 2^31 - 1 documents or 4 GiB of terms or of leftovers.
  [[nodiscard]] Result<BlockPostings> finish() &&;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct Growing {
    std::string postings;  // distance, frequency
    std::uint32_t last = 0;
    std::uint32_t frequency = 0;
    std::uint32_t slot = 0;   // in here_, while
    std::uint64_t stamp = 0;  // is the number of the document, from 1
  };

  std::uint32_t number_of(std::string_view term);
  static void write_term(BlockPostings& out, const Growing& term, BlockTerm& entry);
  static void write_block(BlockPostings& out, std::span<const std::uint32_t, packed_block_size> documents,
                          std::span<const std::uint32_t, packed_block_size> frequencies, std::uint32_t before);
  static void write_ranked_shares(BlockPostings& out, std::vector<float>& shares);

  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
  std::vector<Growing> growing_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> here_;  // term, occurrences in this document
  std::vector<std::uint32_t> lengths_;
  std::uint64_t length_sum_ = 0;
};

}  // namespace kindling
