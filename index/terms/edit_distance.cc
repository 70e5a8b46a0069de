#include "index/terms/edit_distance.h"

#include <algorithm>
#include <numeric>

#include "base/utf8.h"

namespace kindling {

std::u32string code_points_of(std::string_view text) {
  std::u32string letters;
  for (std::size_t at = 0; at < text.size();) letters.push_back(next_code_point(text, at));
  return letters;
}

EditDistance::EditDistance(std::string_view wanted, unsigned edits_max)
    : wanted_(code_points_of(wanted)), edits_max_(edits_max) {
  rows_.emplace_back(wanted_.size() + 1);
  std::iota(rows_.front().begin(), rows_.front().end(), 0u);
  least_.push_back(0);
}

std::optional<unsigned> EditDistance::to(std::string_view word) {
  hopeless_bytes_ = 0;
  std::size_t depth = 0;
  for (std::size_t at = 0; at < word.size();) {
    const char32_t letter = next_code_point(word, at);
    if (depth == path_.size() || path_[depth] != letter) add_row(depth, letter);
    if (hopeless(++depth)) {
      hopeless_bytes_ = at;
      return std::nullopt;
    }
  }
  const unsigned edits = rows_[depth].back();
  return edits <= edits_max_ ? std::optional(edits) : std::nullopt;
}

// The row after `depth` letters of the path and one more; what was known beyond is forgotten.
void EditDistance::add_row(std::size_t depth, char32_t letter) {
  path_.resize(depth);
  path_.push_back(letter);
  if (rows_.size() < depth + 2) rows_.emplace_back(wanted_.size() + 1);
  least_.resize(depth + 1);
  const std::vector<unsigned>& above = rows_[depth];
  std::vector<unsigned>& row = rows_[depth + 1];
  row[0] = static_cast<unsigned>(depth + 1);
  for (std::size_t j = 1; j < row.size(); ++j) {
    row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (wanted_[j - 1] == letter ? 0u : 1u)});
    const bool exchanged = depth > 0 && j > 1 && wanted_[j - 1] == path_[depth - 1] && wanted_[j - 2] == letter;
    if (exchanged) row[j] = std::min(row[j], rows_[depth - 1][j - 2] + 1);
  }
  least_.push_back(*std::min_element(row.begin(), row.end()));
}

// An exchange reaches from the row before the last one into the next.
bool EditDistance::hopeless(std::size_t depth) const {
  return least_[depth] > edits_max_ && least_[depth - 1] + 1 > edits_max_;
}

}  // namespace kindling
