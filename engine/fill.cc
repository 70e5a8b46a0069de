#include "engine/fill.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "engine/repeats.h"

namespace kindling {
namespace {

std::vector<std::uint32_t> by_value(std::span<const Unit> units) {
  std::vector<std::uint32_t> order(units.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return units[a].value > units[b].value; });
  return order;
}

// One filling: what is in, and what that makes of the next unit's cost.
class Filler {
 public:
  Filler(std::span<const Unit> units, const FillLimits& limits, const FillCosts& costs,
         const std::function<std::string_view(UnitIndex)>& text_of)
      : units_(units), limits_(limits), costs_(costs), text_of_(text_of), paid_(units.size(), 0) {}

  Filling run() {
    std::size_t misses = 0;
    for (const std::uint32_t i : by_value(units_)) {
      if (misses >= misses_max && filling_.cost > 0) {
        omit(i, Omission::Reason::budget);
        continue;
      }
      misses = consider(i) ? 0 : misses + 1;
    }
    for (std::uint32_t i = 0; i < units_.size(); ++i) {
      if (paid_[i] == 0) continue;
      filling_.chosen.push_back(UnitIndex{i});
      filling_.paid.push_back(paid_[i]);
    }
    return std::move(filling_);
  }

 private:
  // False when it does not fit.
  bool consider(std::uint32_t i) {
    const UnitIndex unit{i};
    const std::string_view text = text_of_(unit);
    const Repeats::Fingerprint fingerprint = Repeats::fingerprint(text, limits_.near_repeats);
    if (const auto repeat = repeats_.find(text, fingerprint)) {
      const bool exact = repeat->kind == Repeats::Kind::exact;
      filling_.omitted.push_back({unit, exact ? Omission::Reason::duplicate : Omission::Reason::near_duplicate,
                                  UnitIndex{repeat->of}});
      return true;
    }
    const std::uint64_t cost = std::max<std::uint64_t>(1, cost_now(i));
    if (filling_.cost + cost > limits_.tokens) {
      omit(i, Omission::Reason::budget);
      return false;
    }
    std::uint64_t& of_document = of_document_[position(units_[i].document)];
    if (of_document + cost > limits_.tokens_per_document) {
      omit(i, Omission::Reason::document_budget);
      return true;
    }
    of_document += cost;
    filling_.cost += cost;
    paid_[i] = cost;
    for (const HeadingCost& heading : costs_.headings(units_[i].section)) headed_.insert(heading.key);
    repeats_.add(text, fingerprint, i);
    return true;
  }

  [[nodiscard]] std::uint64_t cost_now(std::uint32_t i) const {
    std::uint64_t cost = costs_.unit(UnitIndex{i});
    if (!beside_chosen(i)) {
      cost += costs_.passage_mark;
      for (const HeadingCost& heading : costs_.headings(units_[i].section)) {
        if (!headed_.contains(heading.key)) cost += heading.tokens;
      }
    }
    return cost;
  }

  [[nodiscard]] bool beside_chosen(std::uint32_t i) const {
    return (i > 0 && paid_[i - 1] > 0 && continues(units_, UnitIndex{i - 1}, UnitIndex{i})) ||
           (i + 1 < units_.size() && paid_[i + 1] > 0 && continues(units_, UnitIndex{i}, UnitIndex{i + 1}));
  }

  void omit(std::uint32_t i, Omission::Reason reason) {
    filling_.omitted.push_back({UnitIndex{i}, reason, UnitIndex{i}});
  }

  std::span<const Unit> units_;
  const FillLimits& limits_;
  const FillCosts& costs_;
  const std::function<std::string_view(UnitIndex)>& text_of_;
  std::vector<std::uint64_t> paid_;                               // [units]; 0: not in
  std::unordered_map<std::uint32_t, std::uint64_t> of_document_;  // tokens of each document
  std::unordered_set<std::uint64_t> headed_;                      // keys of headings that are paid for
  Repeats repeats_;
  Filling filling_;
};

}  // namespace

std::string_view to_string(Omission::Reason reason) {
  switch (reason) {
    case Omission::Reason::budget:
      return "budget";
    case Omission::Reason::document_budget:
      return "document budget";
    case Omission::Reason::duplicate:
      return "duplicate";
    case Omission::Reason::near_duplicate:
      return "near duplicate";
  }
  return "unknown";
}

bool continues(std::span<const Unit> units, UnitIndex previous, UnitIndex next) {
  const Unit& first = units[position(previous)];
  const Unit& second = units[position(next)];
  return position(next) == position(previous) + 1 && first.section == second.section &&
         position(second.chunk) - position(first.chunk) <=
             1;  // a chunk without value between them would be a gap
}

Filling fill(std::span<const Unit> units, const FillLimits& limits, const FillCosts& costs,
             const std::function<std::string_view(UnitIndex)>& text_of) {
  return Filler(units, limits, costs, text_of).run();
}

std::uint64_t cheapest_unit(std::span<const Unit> units, const FillCosts& costs) {
  std::uint64_t cheapest = units.empty() ? 0 : std::numeric_limits<std::uint64_t>::max();
  for (std::uint32_t i = 0; i < units.size(); ++i) {
    std::uint64_t alone = costs.unit(UnitIndex{i}) + costs.passage_mark;
    for (const HeadingCost& heading : costs.headings(units[i].section)) alone += heading.tokens;
    cheapest = std::min(cheapest, alone);
  }
  return cheapest;
}

}  // namespace kindling
