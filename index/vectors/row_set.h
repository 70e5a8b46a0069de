// Which rows a search may find: all of them, or those of a bitmap. What a filter or a removed document becomes.
//
// Borrows the bitmap: bit i % 64 of word i / 64 is row i; rows past its end may not be found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kindling {

class RowSet {
 public:
  // Every row.
  RowSet() = default;

  // `count`: bits that are set in `words`; what is planned by, never trusted further.
  RowSet(std::span<const std::uint64_t> words, std::size_t count) : words_(words), count_(count), all_(false) {}

  [[nodiscard]] bool all() const { return all_; }
  [[nodiscard]] bool contains(std::uint32_t row) const {
    return all_ || (row / 64 < words_.size() && (words_[row / 64] >> row % 64 & 1U) != 0);
  }
  // How many of `rows` rows may be found.
  [[nodiscard]] std::size_t count(std::size_t rows) const { return all_ || count_ > rows ? rows : count_; }
  [[nodiscard]] std::span<const std::uint64_t> words() const { return words_; }

 private:
  std::span<const std::uint64_t> words_;
  std::size_t count_ = 0;
  bool all_ = true;
};

}  // namespace kindling
