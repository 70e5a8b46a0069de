#include "engine/pack/fill.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/check.h"

namespace kindling {
namespace {

constexpr std::uint64_t lead_share = 8;  // of the limit, that a lead may take

// A number that is the larger the smaller the value is.
std::uint32_t rank_key(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value + 0.f);  // no minus zero
  return bits >> 31 != 0 ? bits : ~bits & 0x7fffffffu;
}

}  // namespace

// By radix, three passes of eleven bits.
std::vector<std::uint32_t> by_value(std::span<const Unit> units) {
  constexpr unsigned digit_bits = 11;
  constexpr std::uint32_t digit_mask = (1u << digit_bits) - 1;
  struct Entry {
    std::uint32_t key, unit;
  };
  std::vector<Entry> entries(units.size()), sorted(units.size());
  for (std::uint32_t i = 0; i < units.size(); ++i) entries[i] = {rank_key(units[i].value), i};
  for (unsigned shift = 0; shift < 32; shift += digit_bits) {
    std::array<std::uint32_t, digit_mask + 1> places{};
    for (const Entry& entry : entries) ++places[entry.key >> shift & digit_mask];
    std::uint32_t before = 0;
    for (std::uint32_t& place : places) before += std::exchange(place, before);
    for (const Entry& entry : entries) sorted[places[entry.key >> shift & digit_mask]++] = entry;
    entries.swap(sorted);
  }
  std::vector<std::uint32_t> order(units.size());
  for (std::size_t i = 0; i < units.size(); ++i) order[i] = entries[i].unit;
  return order;
}

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
  return position(next) == position(previous) + 1 && first.section == second.section && !second.apart &&
         position(second.chunk) - position(first.chunk) <=
             1;  // a chunk without value between them would be a gap
}

Filler::Filler(std::span<const Unit> units, const FillLimits& limits, const FillCosts& costs,
               const TextOf& text_of)
    : units_(units),
      limits_(limits),
      costs_(costs),
      text_of_(text_of),
      order_(by_value(units)),
      lead_tokens_max_(limits.tokens / lead_share),
      paid_(units.size(), 0) {
  find_leads();
}

Filling Filler::fill() {
  go_on();
  return result();
}

Filling Filler::fill_up_to(std::uint64_t tokens) {
  KINDLING_CHECK(tokens >= limits_.tokens);
  limits_.tokens = tokens;
  if (!stuck_) return result();
  take_back();
  stuck_ = false;
  go_on();
  return result();
}

// Considers the units from `stuck_at_` on.
void Filler::go_on() {
  std::size_t misses = 0;
  for (std::size_t k = stuck_at_; k < order_.size(); ++k) {
    if (misses >= misses_max && cost_ > 0) {
      omit(order_[k], Omission::Reason::budget);
      continue;
    }
    const std::size_t omitted_before = omitted_.size();
    misses = consider(order_[k], k) ? 0 : misses + 1;
    if (misses > 0 && !stuck_) {
      stuck_ = true;
      stuck_at_ = k;
      stuck_omitted_ = omitted_before;
    }
  }
}

// False when it does not fit.
bool Filler::consider(std::uint32_t i, std::size_t k) {
  if (paid_[i] > 0) return true;  // as a lead
  const UnitIndex unit{i};
  const std::string_view text = text_of_(unit);
  const Repeats::Fingerprint fingerprint = repeats_.fingerprint(text, limits_.near_repeats);
  if (const auto repeat = repeats_.find(text, fingerprint)) {
    const bool exact = repeat->kind == Repeats::Kind::exact;
    omitted_.push_back(
        {unit, exact ? Omission::Reason::duplicate : Omission::Reason::near_duplicate, UnitIndex{repeat->of}});
    return true;
  }
  const bool beside = beside_chosen(i);
  const std::uint64_t cost = std::max<std::uint64_t>(1, costs_.unit(unit) + (beside ? 0 : new_run_cost(i)));
  if (cost_ + cost > limits_.tokens) {
    omit(i, Omission::Reason::budget);
    return false;
  }
  const std::uint32_t lead = missing_lead(i, k);
  const std::uint64_t with_lead = lead < units_.size() ? cost + lead_cost(lead, i) : cost;
  if (!document_holds(i, with_lead)) {
    omit(i, Omission::Reason::document_budget);
    return true;
  }
  if (with_lead > cost && cost_ + with_lead > limits_.tokens && cost_ > 0) {
    omit(i, Omission::Reason::budget);
    return false;
  }
  if (cost_ + with_lead <= limits_.tokens && with_lead > cost) {
    take_lead(lead);
    const bool beside_lead = beside_chosen(i);
    take(i, std::max<std::uint64_t>(1, costs_.unit(unit) + (beside_lead ? 0 : new_run_cost(i))), beside_lead);
  } else {
    take(i, cost, beside);
  }
  repeats_.add(text, fingerprint, i);
  return true;
}

// A unit's lead is looked for among the units of its document, which stand together and in text order.
void Filler::find_leads() {
  const auto has_lead = [](const Unit& unit) { return !unit.lead.empty(); };
  if (std::none_of(units_.begin(), units_.end(), has_lead)) return;
  lead_.assign(units_.size(), static_cast<std::uint32_t>(units_.size()));
  rank_.resize(units_.size());
  for (std::uint32_t k = 0; k < order_.size(); ++k) rank_[order_[k]] = k;
  for (std::size_t first = 0; first < units_.size();) {
    std::size_t end = first + 1;
    while (end < units_.size() && units_[end].document == units_[first].document) ++end;
    const std::span<const Unit> document = units_.subspan(first, end - first);
    for (std::size_t i = first; i < end; ++i) {
      if (units_[i].lead.empty()) continue;
      const auto found = std::ranges::lower_bound(document, units_[i].lead.begin, {},
                                                  [](const Unit& unit) { return unit.span.begin; });
      if (found == document.end() || found->span != units_[i].lead) continue;
      lead_[i] = static_cast<std::uint32_t>(first + static_cast<std::size_t>(found - document.begin()));
    }
    first = end;
  }
}

std::uint32_t Filler::missing_lead(std::uint32_t i, std::size_t k) const {
  const auto none = static_cast<std::uint32_t>(units_.size());
  if (lead_.empty() || lead_[i] == none) return none;
  const std::uint32_t lead = lead_[i];
  const bool was_left_out = rank_[lead] < k;
  if (paid_[lead] > 0 || was_left_out || costs_.unit(UnitIndex{lead}) > lead_tokens_max_) return none;
  return lead;
}

// At most: what the unit and its lead share, both are charged for.
std::uint64_t Filler::lead_cost(std::uint32_t lead, std::uint32_t of) const {
  const std::uint64_t own = costs_.unit(UnitIndex{lead});
  if (beside_chosen(lead)) return own;
  return own + (units_[lead].section == units_[of].section ? costs_.passage_mark : new_run_cost(lead));
}

void Filler::take_lead(std::uint32_t lead) {
  const bool beside = beside_chosen(lead);
  const std::string_view text = text_of_(UnitIndex{lead});
  take(lead, std::max<std::uint64_t>(1, costs_.unit(UnitIndex{lead}) + (beside ? 0 : new_run_cost(lead))),
       beside);
  repeats_.add(text, repeats_.fingerprint(text, limits_.near_repeats), lead);
}

bool Filler::document_holds(std::uint32_t i, std::uint64_t cost) const {
  if (!has_document_limit()) return true;
  const auto used = of_document_.find(position(units_[i].document));
  return (used == of_document_.end() ? 0 : used->second) + cost <= limits_.tokens_per_document;
}

// A passage mark, and the headings that do not stand yet.
std::uint64_t Filler::new_run_cost(std::uint32_t i) const {
  std::uint64_t cost = costs_.passage_mark;
  for (const HeadingCost& heading : costs_.headings(UnitIndex{i})) {
    if (!is_headed(heading.line)) cost += heading.tokens;
  }
  return cost;
}

bool Filler::beside_chosen(std::uint32_t i) const {
  return (i > 0 && paid_[i - 1] > 0 && continues(units_, UnitIndex{i - 1}, UnitIndex{i})) ||
         (i + 1 < units_.size() && paid_[i + 1] > 0 && continues(units_, UnitIndex{i}, UnitIndex{i + 1}));
}

void Filler::take(std::uint32_t i, std::uint64_t cost, bool beside) {
  if (stuck_) taken_since_.push_back({i, headed_lines_.size()});
  if (has_document_limit()) of_document_[position(units_[i].document)] += cost;
  cost_ += cost;
  paid_[i] = cost;
  if (beside) return;  // under its neighbour's headings
  for (const HeadingCost& heading : costs_.headings(UnitIndex{i})) {
    if (is_headed(heading.line)) continue;
    if (heading.line >= headed_.size()) headed_.resize(heading.line + headed_.size() / 2 + 1);
    headed_[heading.line] = 1;
    headed_lines_.push_back(heading.line);
  }
}

// Everything as it was before the first unit that did not fit.
void Filler::take_back() {
  repeats_.withdraw(taken_since_.size());
  for (const Taken& taken : taken_since_) {
    std::uint64_t& paid = paid_[taken.unit];
    if (has_document_limit()) of_document_[position(units_[taken.unit].document)] -= paid;
    cost_ -= paid;
    paid = 0;
  }
  if (!taken_since_.empty()) {
    const std::size_t kept = taken_since_.front().headed;
    for (std::size_t l = kept; l < headed_lines_.size(); ++l) headed_[headed_lines_[l]] = 0;
    headed_lines_.resize(kept);
  }
  taken_since_.clear();
  omitted_.resize(stuck_omitted_);
}

void Filler::omit(std::uint32_t i, Omission::Reason reason) {
  omitted_.push_back({UnitIndex{i}, reason, UnitIndex{i}});
}

Filling Filler::result() const {
  Filling filling;
  filling.omitted = omitted_;
  filling.cost = cost_;
  const std::size_t in = units_.size() - omitted_.size();
  filling.chosen.reserve(in);
  filling.paid.reserve(in);
  for (std::uint32_t i = 0; i < units_.size(); ++i) {
    if (paid_[i] == 0) continue;
    filling.chosen.push_back(UnitIndex{i});
    filling.paid.push_back(paid_[i]);
  }
  return filling;
}

Filling fill(std::span<const Unit> units, const FillLimits& limits, const FillCosts& costs,
             const Filler::TextOf& text_of) {
  return Filler(units, limits, costs, text_of).fill();
}

std::uint64_t cheapest_unit(std::span<const Unit> units, const FillCosts& costs) {
  std::uint64_t cheapest = units.empty() ? 0 : std::numeric_limits<std::uint64_t>::max();
  for (std::uint32_t i = 0; i < units.size(); ++i) {
    std::uint64_t alone = costs.unit(UnitIndex{i}) + costs.passage_mark;
    for (const HeadingCost& heading : costs.headings(UnitIndex{i})) alone += heading.tokens;
    cheapest = std::min(cheapest, alone);
  }
  return cheapest;
}

}  // namespace kindling
