#include "engine/pack/sent_passages.h"

#include <algorithm>
#include <limits>

#include "engine/pack/clean_text.h"
#include "engine/pack/prompt_lines.h"
#include "engine/retrieve/place.h"

namespace kindling {
namespace {

Status add_passages(Sent& sent, Places& places, const Tokenizer& tokenizer, std::span<const Unit> units,
                    std::span<const std::string_view> texts, std::span<const Run> runs) {
  sent.passages.reserve(runs.size());
  sent.units_of.reserve(runs.size());
  for (const Run& run : runs) {
    Passage& passage = sent.passages.emplace_back();
    passage.number = static_cast<std::uint32_t>(sent.passages.size());
    KINDLING_TRY(passage.place, places.at(units[position(run.first)].section, span_of(units, run)));
    passage.text = text_of(texts, run);
    passage.token_count = tokenizer.count(clean_text(passage.text)).tokens;
    passage.value = run.value;
    std::vector<UnitIndex>& of_passage =
        sent.units_of.emplace_back(position(run.last) - position(run.first) + 1);
    for (std::uint32_t i = 0; i < of_passage.size(); ++i) of_passage[i] = UnitIndex{position(run.first) + i};
  }
  return {};
}

void add_duplicates(Sent& sent, const Snapshot& snapshot, std::span<const Unit> units, const Filling& filling) {
  constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> passage_of(units.size(), none);
  for (std::uint32_t p = 0; p < sent.units_of.size(); ++p) {
    for (const UnitIndex unit : sent.units_of[p]) passage_of[position(unit)] = p;
  }
  for (const Omission& omission : filling.omitted) {
    if (omission.same_as == omission.unit) continue;  // no repeat
    const std::uint32_t found = passage_of[position(omission.same_as)];
    if (found == none) continue;
    Passage& passage = sent.passages[found];
    const std::string_view uri = snapshot.document(units[position(omission.unit)].document).uri;
    std::vector<std::string>& known = passage.duplicates;
    if (uri != passage.place.uri && std::find(known.begin(), known.end(), uri) == known.end())
      known.emplace_back(uri);
  }
}

Status add_dropped(Sent& sent, Places& places, std::span<const Unit> units, const Filling& filling) {
  for (const Omission& omission : filling.omitted) {
    if (sent.dropped.size() == dropped_max) break;
    const Unit& unit = units[position(omission.unit)];
    KINDLING_TRY(const Place place, places.at(unit.section, unit.span));
    sent.dropped.push_back({place.document, place.span, std::string(to_string(omission.reason))});
  }
  return {};
}

}  // namespace

Result<Sent> sent_passages(const Snapshot& snapshot, const Tokenizer& tokenizer, std::span<const Unit> units,
                           std::span<const std::string_view> texts, std::span<const Run> runs,
                           const Filling& filling, std::uint32_t before) {
  Sent sent;
  Places places(snapshot);
  KINDLING_TRY_VOID(add_passages(sent, places, tokenizer, units, texts, runs));
  for (Passage& passage : sent.passages) passage.number += before;
  add_duplicates(sent, snapshot, units, filling);
  KINDLING_TRY_VOID(add_dropped(sent, places, units, filling));
  return sent;
}

}  // namespace kindling
