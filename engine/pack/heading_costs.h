// The heading lines over units and what each costs: made and counted when first asked for.
//
// Not thread-safe; borrows the units.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/pack/fill.h"
#include "engine/pack/outline.h"

namespace kindling {

class HeadingCosts {
 public:
  using Count = std::function<std::uint64_t(std::string_view)>;  // tokens of a line, at most
  // `units` in index order.
  HeadingCosts(Outline outline, std::span<const Unit> units, Count count);

  // From the outermost to the innermost; at least one. Valid until the next call.
  [[nodiscard]] std::span<const HeadingCost> over(UnitIndex unit);
  [[nodiscard]] std::string_view text(std::uint32_t line) const { return outline_.text(line); }

 private:
  struct Range {
    std::uint32_t first = 0, count = 0;  // of costs_; no count: not asked for yet
  };

  Outline outline_;
  std::span<const Unit> units_;
  Count count_;
  std::vector<std::uint32_t> section_of_;  // [units]: place among the sections that have units
  std::vector<Range> ranges_;              // [those sections]
  std::vector<HeadingCost> costs_;
  std::vector<std::uint64_t> line_tokens_;  // [lines]
  std::vector<std::uint32_t> lines_;        // of the section at hand; kept for its memory
};

}  // namespace kindling
