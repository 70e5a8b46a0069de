// The best documents of a question over block postings, exactly: MaxScore by windows of documents, first over
// bounds in 16 bits, at the end in full.
//
// A posting's level bounds what it adds. A question turns levels into units of some 65,000th of the most that
// its terms can add together, so that sums of them fit in 16 bits: a document really gets no more than a few
// units a term above such a sum, and no less than a level a term below it. What each term reaches in each range
// of 256 documents is summed first, for all ranges. Documents are searched in windows of sixteen ranges, which
// share their sums' working memory. The most promising window of each stretch of the collection is searched
// before all else, which gives a threshold; then, in order, every window with a range whose sum reaches it. In
// a window the terms are split by what they can add there: documents of the essential ones are summed up, then
// the others while many documents could still reach the threshold, and the few that are left are looked up. The
// k-th largest sum so far, less what levels and roundings can hide, is the threshold. Whoever reaches it at the
// end gets an exact score from frequencies and norms: some documents more than k.
//
// MaxScore: Turtle and Flood, "Query evaluation: strategies and optimizations" (1995). Bounds by blocks: Ding
// and Suel (SIGIR 2011). Ranges filtered by summed bounds: Mallia, Siedlaczek and Suel, "Fast disjunctive
// candidate generation using live block filtering" (WSDM 2021). WAND in place of MaxScore was not needed: with
// bounds by range nothing is sorted by document.
//
// Scores are sums of integers (base/simd/impacts.h): the same documents come back in the same order whatever
// the order of searching and the machine. They differ from BM25 in real numbers by less than 1e-8 U for each
// term of the question and 1e-6 of themselves, U being the sum of the idf.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/simd/impacts.h"
#include "index/terms/block_postings.h"

namespace kindling {

struct RankedDocument {
  std::uint32_t document = 0;
  float score = 0;
};

// Working memory for one search after another: one for each thread. Borrows the postings.
class TopDocuments {
 public:
  explicit TopDocuments(const BlockPostings& postings) : postings_(postings) {}

  // The best `k` of the documents that hold a term, best first, ties in the order of documents. A term that the
  // question repeats counts once. Requires: k >= 1.
  [[nodiscard]] std::vector<RankedDocument> top(std::span<const std::string_view> question, std::size_t k);

 private:
  static constexpr std::uint32_t nothing_read = 0xffffffff;
  // Measured: what each window costs by itself outweighs what smaller ones pass over.
  static constexpr unsigned window_bits = range_bits + 4;
  static constexpr std::uint32_t window_size = 1u << window_bits;

  // A term of the question, and where the search stands in its postings.
  struct Asked {
    const BlockTerm* term = nullptr;
    float weight = 0;               // of exact scores
    std::uint32_t most = 0;         // of those, that it adds anywhere
    std::uint16_t scale = 0;        // of its levels, to units
    std::size_t worth_summing = 0;  // so many candidates or more: summing up costs less than looking each up
    // Of a rare term all postings, and those of the present window.
    std::vector<std::uint32_t> documents;
    std::vector<std::uint16_t> units;
    std::size_t begin = 0, end = 0;
    // Of a frequent term the block that was read last, and what has been made of it so far.
    std::vector<std::uint8_t> levels;  // by window
    std::uint32_t block = 0, read = nothing_read, units_read = nothing_read;
    std::uint32_t count = 0;
    std::uint32_t at = 0;  // no posting before it is in the present window
    alignas(64) std::array<std::uint32_t, packed_block_size> block_documents{};
    alignas(64) std::array<std::uint16_t, packed_block_size> block_units{};

    [[nodiscard]] bool frequent() const { return term->row != no_row; }
  };
  struct Bounded {
    Asked* asked = nullptr;
    std::int32_t bound = 0;
  };
  struct Kept {
    std::uint32_t document = 0;
    std::int32_t units = 0;
  };

  void prepare(std::span<const std::string_view> question);
  void choose_units();
  void prepare_rare(Asked& asked);
  void fold_into_windows();
  void rewind();
  void search_promising();
  void search_window(std::uint32_t window);
  bool bound_in(Asked& asked, std::uint32_t window, std::int32_t& bound) const;
  void sum_up(Asked& asked, std::uint32_t first);
  void look_up(Asked& asked, std::uint32_t first, std::int32_t least, std::size_t& candidates);
  std::int32_t found_in(Asked& asked, std::uint32_t document, std::int32_t needed);
  void seek(Asked& asked, std::uint32_t document) const;
  void read(Asked& asked) const;
  void keep(std::uint32_t document, std::int32_t units);
  void drop_hopeless();
  [[nodiscard]] std::vector<RankedDocument> ranked();
  void score(Asked& asked);
  void score_block(Asked& asked, std::uint32_t block, std::size_t begin, std::size_t end);

  const BlockPostings& postings_;
  std::size_t k_ = 0;
  double scale_ = 1;
  double unit_ = 1;
  std::int32_t hidden_below_ = 0;  // units that a document's score is at most below its sum,
  std::int32_t hidden_above_ = 0;  // and above it
  std::int32_t threshold_ = 0;     // units: a document below it is not among the best
  std::vector<Asked> terms_;       // of which asked_ are in use, by `most` ascending
  std::vector<Asked*> asked_;
  std::vector<std::uint16_t> range_bounds_;
  std::vector<std::int32_t> bounds_;  // by window; below every threshold once searched
  std::vector<Bounded> here_;
  alignas(64) std::array<std::uint16_t, window_size> sums_{};  // of the present window; zeros in between
  alignas(64) std::array<std::uint16_t, window_size> candidates_{};
  // How many documents reached which sum; the highest step with k of them at and above it.
  std::array<std::uint32_t, (1u << 16) / 32> reached_{};
  std::size_t step_ = 0;
  std::size_t above_ = 0;
  std::vector<Kept> kept_;
  std::size_t full_ = 0;  // of kept_
  std::vector<std::uint32_t> scores_;
};

}  // namespace kindling
