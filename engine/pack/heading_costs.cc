#include "engine/pack/heading_costs.h"

namespace kindling {

HeadingCosts::HeadingCosts(Outline outline, std::span<const Unit> units, Count count)
    : outline_(std::move(outline)), units_(units), count_(std::move(count)), section_of_(units.size()) {
  std::uint32_t section = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (i > 0 && units[i].section != units[i - 1].section) ++section;
    section_of_[i] = section;
  }
  ranges_.resize(units.empty() ? 0 : section + 1);
}

std::span<const HeadingCost> HeadingCosts::over(UnitIndex unit) {
  Range& range = ranges_[section_of_[position(unit)]];
  if (range.count == 0) {
    lines_.clear();
    outline_.append_lines(units_[position(unit)].section, lines_);
    while (line_tokens_.size() < outline_.size())
      line_tokens_.push_back(count_(outline_.text(static_cast<std::uint32_t>(line_tokens_.size()))));
    range = {static_cast<std::uint32_t>(costs_.size()), static_cast<std::uint32_t>(lines_.size())};
    for (const std::uint32_t line : lines_) costs_.push_back({line, line_tokens_[line]});
  }
  return std::span(costs_).subspan(range.first, range.count);
}

}  // namespace kindling
