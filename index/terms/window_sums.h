// A question's postings added up by chunk, one window of chunks after the other.
//
// What is known of a chunk stands in eight bytes, so that a posting costs one addition: from above the upper
// bound of its score, its coverage, what of the bound are pairs, and the stamp of the last term that was met
// (0: none), by which the next term of the question sees that it makes a pair.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "index/terms/leveled_postings.h"

namespace kindling {

inline constexpr unsigned stamp_bits = 6;
inline constexpr unsigned pair_bits = 10;
inline constexpr unsigned coverage_bits = 20;
inline constexpr unsigned pair_shift = stamp_bits;
inline constexpr unsigned coverage_shift = pair_shift + pair_bits;
inline constexpr unsigned bound_shift = coverage_shift + coverage_bits;
inline constexpr std::uint64_t stamps = (1u << stamp_bits) - 1;
inline constexpr std::uint64_t pair_units_max = (1u << pair_bits) - 1;
inline constexpr std::uint64_t coverage_part = ((std::uint64_t{1} << coverage_bits) - 1) << coverage_shift;

// One that comes round again makes a bound wider.
[[nodiscard]] inline std::uint8_t stamp_of(std::size_t term) {
  return static_cast<std::uint8_t>(term % stamps + 1);
}

// What a term adds where the one before it stands too.
struct PairAddition {
  std::uint64_t added = 0;
  std::uint8_t before = 0;  // stamp of the term before; 0: there is none
};

// Adds postings of one term to the sums of a window, whose first chunk is `begin`; returns how many there were
// before the first chunk outside it. `added`: of each posting, with the term's stamp. `touched`: null, or room
// for the place of each posting.
std::size_t add_postings(std::span<std::uint64_t> window, std::uint32_t begin, PairAddition pair,
                         std::span<const std::uint32_t> chunks, const std::uint64_t* added,
                         std::uint32_t* touched = nullptr);

// The leveled postings of a term, forward.
class LevelCursor {
 public:
  LevelCursor() = default;
  // `unit`: what a level adds to a bound; `present`: what is added wherever the term stands.
  LevelCursor(const LeveledList& list, std::uint32_t unit, std::uint64_t present)
      : list_(list), unit_(unit), present_(present) {}

  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] std::uint32_t unit() const { return unit_; }
  [[nodiscard]] std::uint32_t postings() const { return list_.term().postings; }

  // Adds all postings of the window; returns how many. Windows and chunks may only grow from call to call.
  // `touched`: null, or room for the place of each.
  std::size_t add_to(std::span<std::uint64_t> window, std::uint32_t begin, PairAddition pair,
                     std::uint32_t* touched = nullptr);
  // What one chunk gets, as it is added; zero where the term does not stand.
  [[nodiscard]] std::uint64_t find(std::uint32_t chunk);

 private:
  bool reach(std::uint32_t chunk);
  bool read_block();

  LeveledList list_;
  std::uint32_t unit_ = 0;
  std::uint64_t present_ = 0;
  std::size_t next_ = 0;              // block
  std::uint32_t at_ = 0, count_ = 0;  // in the block that was read last
  std::array<std::uint32_t, packed_block_size> chunks_{};
  std::array<std::uint64_t, packed_block_size> added_{};
};

}  // namespace kindling
