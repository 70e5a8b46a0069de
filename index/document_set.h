// A set of documents of a snapshot: one bit a slot.
//
// What a filter keeps, what a question may be answered from. A million documents are 125 KB, filled, counted
// and intersected by words of 64; a compressed set (roaring) would save memory that nobody keeps.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/check.h"
#include "index/ids.h"

namespace kindling {

class DocumentSet {
 public:
  DocumentSet() = default;
  // Of slots [0, slots): all, or none.
  explicit DocumentSet(std::uint32_t slots, bool all = false)
      : slots_(slots), words_((std::size_t{slots} + 63) / 64, all ? ~std::uint64_t{0} : 0) {
    if (all && slots % 64 != 0) words_.back() >>= 64 - slots % 64;
  }

  [[nodiscard]] std::uint32_t slots() const { return slots_; }
  // False past the last slot.
  [[nodiscard]] bool contains(DocumentIndex document) const {
    const std::uint32_t i = position(document);
    return i < slots_ && (words_[i / 64] >> (i % 64) & 1) != 0;
  }
  void insert(DocumentIndex document) { word_of(document) |= bit_of(document); }
  void erase(DocumentIndex document) { word_of(document) &= ~bit_of(document); }

  [[nodiscard]] std::uint32_t count() const {
    std::uint32_t count = 0;
    for (const std::uint64_t word : words_) count += static_cast<std::uint32_t>(std::popcount(word));
    return count;
  }

  // Leaves what both hold. Requires: of the same slots.
  void intersect(const DocumentSet& other) {
    KINDLING_CHECK(slots_ == other.slots_);
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  }

  // Calls use(document) for each, in order.
  template <typename Use>
  void for_each(Use use) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1)
        use(DocumentIndex{static_cast<std::uint32_t>(i * 64) +
                          static_cast<std::uint32_t>(std::countr_zero(word))});
    }
  }

  friend bool operator==(const DocumentSet&, const DocumentSet&) = default;

 private:
  static constexpr std::uint64_t bit_of(DocumentIndex document) {
    return std::uint64_t{1} << (position(document) % 64);
  }
  std::uint64_t& word_of(DocumentIndex document) {
    KINDLING_CHECK(position(document) < slots_);
    return words_[position(document) / 64];
  }

  std::uint32_t slots_ = 0;
  std::vector<std::uint64_t> words_;  // bits past the last slot are zero
};

}  // namespace kindling
