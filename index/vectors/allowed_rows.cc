#include "index/vectors/allowed_rows.h"

#include <algorithm>
#include <bit>

namespace kindling {
namespace {

// Bits [begin, end) of one word.
constexpr std::uint64_t bits(std::uint32_t begin, std::uint32_t end) {
  return (end - begin == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << (end - begin)) - 1) << begin;
}

std::vector<std::uint64_t> filled(std::uint32_t rows, bool all) {
  std::vector<std::uint64_t> words((std::size_t{rows} + 63) / 64, all ? ~std::uint64_t{0} : 0);
  if (all && rows % 64 != 0) words.back() = bits(0, rows % 64);
  return words;
}

}  // namespace

AllowedRows::AllowedRows(std::span<const VectorPart> parts, bool all)
    : parts_(parts), all_(all), words_(parts.size()) {}

void AllowedRows::set(std::uint32_t first, std::uint32_t count, bool present) {
  const std::uint32_t end = first + count;
  auto part = std::partition_point(parts_.begin(), parts_.end(), [&](const VectorPart& candidate) {
    return candidate.rows.first + candidate.rows.count <= first;
  });
  for (; part != parts_.end() && part->rows.first < end; ++part) {
    auto& words = words_[static_cast<std::size_t>(part - parts_.begin())];
    if (words.empty()) words = filled(part->rows.count, all_);
    const std::uint32_t row_end = std::min(end - part->rows.first, part->rows.count);
    for (std::uint32_t row = std::max(first, part->rows.first) - part->rows.first; row < row_end;) {
      const std::uint32_t word_end = std::min(row_end, (row / 64 + 1) * 64);
      const std::uint64_t mask = bits(row % 64, word_end - row / 64 * 64);
      words[row / 64] = present ? words[row / 64] | mask : words[row / 64] & ~mask;
      row = word_end;
    }
  }
}

std::vector<RowSet> AllowedRows::sets() const {
  std::vector<RowSet> sets(parts_.size());
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    if (words_[p].empty() && all_) continue;
    std::size_t count = 0;
    for (const std::uint64_t word : words_[p]) count += static_cast<std::size_t>(std::popcount(word));
    sets[p] = RowSet(words_[p], count);
  }
  return sets;
}

}  // namespace kindling
