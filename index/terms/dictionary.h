// The terms of a segment and their postings: built while documents are added, read in place afterwards.
//
// Terms are numbered in ascending order of their bytes; finding one is a binary search.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "index/terms/postings.h"

namespace kindling {

// Regions of a segment file, ready to be written.
struct DictionaryRegions {
  std::vector<std::uint32_t> term_offsets;  // [terms + 1] into term_bytes
  std::string term_bytes;
  std::vector<std::uint64_t> block_offsets;  // [terms + 1] into postings
  std::string postings;
};

class DictionaryBuilder {
 public:
  // Returns the provisional numbers of document.terms. Documents must come in order of chunks and sections.
  std::vector<std::uint32_t> add(const AnalyzedDocument& document, std::uint32_t first_chunk,
                                 std::uint32_t first_section);

  // Errors: `too_large` past 4 GiB of terms. `final_numbers` receives the number of each provisional one.
  [[nodiscard]] Result<DictionaryRegions> finish(std::vector<std::uint32_t>& final_numbers);

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<PostingBlockBuilder> blocks_;  // by provisional number
};

// Reads the regions where they lie. Offsets are checked when used: damage hides terms, it does not lead
// outside.
class Dictionary {
 public:
  Dictionary() = default;
  Dictionary(std::span<const std::uint32_t> term_offsets, std::string_view term_bytes,
             std::span<const std::uint64_t> block_offsets, std::string_view postings)
      : term_offsets_(term_offsets),
        term_bytes_(term_bytes),
        block_offsets_(block_offsets),
        postings_(postings) {}

  [[nodiscard]] std::uint32_t size() const {
    return term_offsets_.empty() ? 0 : static_cast<std::uint32_t>(term_offsets_.size() - 1);
  }
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view term) const;
  // Require: number < size().
  [[nodiscard]] std::string_view term(std::uint32_t number) const;
  [[nodiscard]] PostingBlock block(std::uint32_t number) const;

 private:
  std::span<const std::uint32_t> term_offsets_;
  std::string_view term_bytes_;
  std::span<const std::uint64_t> block_offsets_;
  std::string_view postings_;
};

}  // namespace kindling
