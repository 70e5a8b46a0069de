// The best documents of a question over block postings, exactly: MaxScore by windows of documents.
//
// What each term can add at most in each range of 256 documents is summed first, for all ranges. Documents are
// searched in windows of eight ranges, which share their sums' working memory. The most promising window of
// each stretch of the collection is searched before all else, which gives a threshold; then, in order, every
// window with a range whose sum reaches it. In a window the terms are split by what they can add there:
// documents of the essential ones are summed up, and only those that could still reach the threshold are looked
// up in the others, block by block under the block's own bound.
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
  static constexpr unsigned window_bits = range_bits + 3;
  static constexpr std::uint32_t window_size = 1u << window_bits;

  // A term of the question, and where the search stands in its postings.
  struct Asked {
    const BlockTerm* term = nullptr;
    float weight = 0;
    std::uint32_t most = 0;         // that it adds anywhere
    std::uint32_t step = 0;         // of its levels
    std::size_t worth_summing = 0;  // so many candidates or more: summing up costs less than looking each up
    // Of a rare term all postings, and those of the present window.
    std::vector<std::uint32_t> documents, contributions;
    std::size_t begin = 0, end = 0;
    // Of a frequent term the block that was read last, and what has been made of it so far.
    std::vector<std::uint8_t> levels;  // by window
    std::uint32_t block = 0, read = nothing_read, frequencies_read = nothing_read, added_read = nothing_read;
    std::uint32_t count = 0;
    std::uint32_t at = 0;  // no posting before it is in the present window
    alignas(64) std::array<std::uint32_t, packed_block_size> block_documents{}, block_frequencies{},
        block_added{};

    [[nodiscard]] bool frequent() const { return term->row != no_row; }
  };
  struct Bounded {
    Asked* asked = nullptr;
    std::uint32_t bound = 0;
  };

  void prepare(std::span<const std::string_view> question);
  void prepare_rare(Asked& asked);
  void fold_into_windows();
  void rewind();
  void search_promising();
  void search_window(std::uint32_t window);
  std::uint32_t bound_in(Asked& asked, std::uint32_t window) const;
  void sum_up(Asked& asked, std::uint32_t first);
  void look_up(Asked& asked, std::uint32_t first, std::uint32_t rest, std::size_t& candidates);
  std::uint32_t found_in(Asked& asked, std::uint32_t document, std::uint32_t needed);
  void seek(Asked& asked, std::uint32_t document) const;
  void read(Asked& asked, bool with_frequencies) const;
  void offer(std::uint32_t document, std::uint32_t score);

  const BlockPostings& postings_;
  std::size_t k_ = 0;
  double scale_ = 1;
  std::uint32_t threshold_ = 0;  // a document below it is not among the best
  std::vector<Asked> terms_;     // of which asked_ are in use, by `most` ascending
  std::vector<Asked*> asked_;
  std::vector<std::uint32_t> bounds_;  // by range, then by window; zero once searched
  std::vector<Bounded> here_;
  alignas(64) std::array<std::uint32_t, window_size> sums_{};  // of the present window; zeros in between
  alignas(64) std::array<std::uint32_t, window_size + select_slack> candidates_{};
  std::vector<std::uint64_t> best_;  // heap, worst first: score, then the complement of the document
};

}  // namespace kindling
