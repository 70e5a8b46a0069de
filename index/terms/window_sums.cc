#include "index/terms/window_sums.h"

#include <algorithm>

#include "base/simd/impacts.h"

namespace kindling {
namespace {

constexpr std::size_t blocks_ahead = 4;  // are asked of memory before they are read

std::size_t add(std::span<std::uint64_t> window, std::uint32_t begin, PairAddition pair,
                std::span<const std::uint32_t> chunks, const std::uint64_t* added) {
  std::uint64_t* const sums = window.data();
  const auto size = static_cast<std::uint32_t>(window.size());
  std::size_t i = 0;
  for (; i < chunks.size(); ++i) {
    const std::uint32_t place = chunks[i] - begin;
    if (place >= size) break;
    const std::uint64_t sum = sums[place];
    // All ones where the term before stands there too. No branch: it could not be foretold.
    const auto both =
        static_cast<std::uint64_t>(static_cast<std::int64_t>(((sum ^ pair.before) & stamps) - 1) >> 63);
    sums[place] = (sum & ~stamps) + (pair.added & both) + added[i];
  }
  return i;
}

}  // namespace

std::size_t add_postings(std::span<std::uint64_t> window, std::uint32_t begin, PairAddition pair,
                         std::span<const std::uint32_t> chunks, const std::uint64_t* added,
                         std::uint32_t* touched) {
  const std::size_t count = add(window, begin, pair, chunks, added);
  for (std::size_t i = 0; touched != nullptr && i < count; ++i) touched[i] = chunks[i] - begin;
  return count;
}

// Past the last block, and at a damaged one, nothing is read.
bool LevelCursor::read_block() {
  at_ = count_ = 0;
  if (next_ >= list_.blocks().size()) return false;
  list_.fetch(next_ + blocks_ahead);
  count_ = list_.read_chunks(next_, chunks_);
  place_levels(list_.levels(next_), unit_, bound_shift, present_, added_);
  ++next_;
  return count_ > 0;
}

// The block that holds the chunk or the first after it.
bool LevelCursor::reach(std::uint32_t chunk) {
  if (count_ == 0 || chunks_[count_ - 1] < chunk) {
    next_ = list_.seek(next_, chunk);
    if (!read_block()) return false;
  }
  at_ = static_cast<std::uint32_t>(std::lower_bound(chunks_.begin() + at_, chunks_.begin() + count_, chunk) -
                                   chunks_.begin());
  return true;
}

std::size_t LevelCursor::add_to(std::span<std::uint64_t> window, std::uint32_t begin, PairAddition pair,
                                std::uint32_t* touched) {
  std::size_t sum = 0;
  if (!reach(begin)) return sum;
  do {
    const std::size_t left = count_ - at_;
    const std::size_t done = add_postings(window, begin, pair, std::span(chunks_).subspan(at_, left),
                                          added_.data() + at_, touched == nullptr ? nullptr : touched + sum);
    at_ += static_cast<std::uint32_t>(done);
    sum += done;
    if (done < left) break;
  } while (read_block());
  return sum;
}

std::uint64_t LevelCursor::find(std::uint32_t chunk) {
  return reach(chunk) && at_ < count_ && chunks_[at_] == chunk ? added_[at_] : 0;
}

}  // namespace kindling
