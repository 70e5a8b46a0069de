#include "engine/fill.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "engine/bare_words.h"

namespace kindling {
namespace {

std::vector<std::uint32_t> by_value(std::span<const Unit> units) {
  std::vector<std::uint32_t> order(units.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return units[a].value > units[b].value; });
  return order;
}

}  // namespace

bool continues(std::span<const Unit> units, UnitIndex previous, UnitIndex next) {
  const Unit& first = units[position(previous)];
  const Unit& second = units[position(next)];
  return position(next) == position(previous) + 1 && first.section == second.section &&
         position(second.chunk) - position(first.chunk) <= 1;  // a chunk without value between them would be a gap
}

Filling fill(std::span<const Unit> units, std::uint64_t budget, const FillCosts& costs,
             const std::function<std::string_view(UnitIndex)>& text_of) {
  Filling filling;
  std::vector<bool> chosen(units.size(), false);
  std::unordered_set<std::uint32_t> headed;                    // sections whose heading is paid for
  std::unordered_map<std::string, UnitIndex> said;             // bare words -> the unit that is in
  std::uint64_t cheapest = std::numeric_limits<std::uint64_t>::max();

  const auto beside_chosen = [&](std::uint32_t i) {
    return (i > 0 && chosen[i - 1] && continues(units, UnitIndex{i - 1}, UnitIndex{i})) ||
           (i + 1 < units.size() && chosen[i + 1] && continues(units, UnitIndex{i}, UnitIndex{i + 1}));
  };

  for (const std::uint32_t i : by_value(units)) {
    const UnitIndex unit{i};
    const std::uint32_t section = position(units[i].section);
    const std::uint64_t alone = costs.unit(unit) + costs.heading(units[i].section) + costs.passage_mark;
    cheapest = std::min(cheapest, alone);

    std::string words = bare_words(text_of(unit));
    const bool comparable = words.size() >= duplicate_letters_min;
    if (comparable) {
      if (const auto same = said.find(words); same != said.end()) {
        filling.omitted.push_back({unit, Omission::Reason::duplicate, same->second});
        continue;
      }
    }
    std::uint64_t cost = costs.unit(unit);
    if (!headed.contains(section)) cost += costs.heading(units[i].section);
    if (!beside_chosen(i)) cost += costs.passage_mark;
    if (filling.cost + cost > budget) {
      filling.omitted.push_back({unit, Omission::Reason::budget, unit});
      continue;
    }
    filling.cost += cost;
    chosen[i] = true;
    headed.insert(section);
    if (comparable) said.emplace(std::move(words), unit);
  }
  for (std::uint32_t i = 0; i < units.size(); ++i) {
    if (chosen[i]) filling.chosen.push_back(UnitIndex{i});
  }
  filling.cheapest = units.empty() ? 0 : cheapest;
  return filling;
}

}  // namespace kindling
