#include "index/terms/dictionary.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/check.h"

namespace kindling {

std::vector<std::uint32_t> DictionaryBuilder::add(const AnalyzedDocument& document, std::uint32_t first_chunk,
                                                  std::uint32_t first_section) {
  std::vector<std::uint32_t> provisional;
  provisional.reserve(document.terms.size());
  for (const AnalyzedTerm& term : document.terms) {
    const auto [at, inserted] = numbers_.try_emplace(term.text, static_cast<std::uint32_t>(blocks_.size()));
    if (inserted) blocks_.emplace_back();
    blocks_[at->second].add(term, first_chunk, first_section);
    provisional.push_back(at->second);
  }
  return provisional;
}

Result<DictionaryRegions> DictionaryBuilder::finish(std::vector<std::uint32_t>& final_numbers) {
  std::vector<const std::pair<const std::string, std::uint32_t>*> sorted;
  sorted.reserve(numbers_.size());
  for (const auto& entry : numbers_) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->first < b->first; });

  DictionaryRegions regions;
  final_numbers.assign(sorted.size(), 0);
  regions.term_offsets.reserve(sorted.size() + 1);
  regions.block_offsets.reserve(sorted.size() + 1);
  for (std::uint32_t number = 0; number < sorted.size(); ++number) {
    const auto& [text, provisional] = *sorted[number];
    final_numbers[provisional] = number;
    regions.term_offsets.push_back(static_cast<std::uint32_t>(regions.term_bytes.size()));
    regions.block_offsets.push_back(regions.postings.size());
    regions.term_bytes += text;
    if (regions.term_bytes.size() > std::numeric_limits<std::uint32_t>::max()) {
      return Error{ErrorCode::too_large, "terms", "more than 4 GiB of distinct terms",
                   "commit fewer documents at once"};
    }
    blocks_[provisional].append_to(regions.postings);
    blocks_[provisional] = PostingBlockBuilder();
  }
  regions.term_offsets.push_back(static_cast<std::uint32_t>(regions.term_bytes.size()));
  regions.block_offsets.push_back(regions.postings.size());
  return regions;
}

std::string_view Dictionary::term(std::uint32_t number) const {
  const std::uint32_t begin = term_offsets_[number];
  const std::uint32_t end = term_offsets_[number + 1];
  if (begin > end || end > term_bytes_.size()) return {};
  return term_bytes_.substr(begin, end - begin);
}

std::optional<std::uint32_t> Dictionary::find(std::string_view wanted) const {
  std::uint32_t low = 0;
  std::uint32_t high = size();
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (term(middle) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == size() || term(low) != wanted) return std::nullopt;
  return low;
}

PostingBlock Dictionary::block(std::uint32_t number) const {
  const std::uint64_t begin = block_offsets_[number];
  const std::uint64_t end = block_offsets_[number + 1];
  if (begin > end || end > postings_.size()) return PostingBlock({});
  return PostingBlock(postings_.substr(begin, end - begin));
}

}  // namespace kindling
