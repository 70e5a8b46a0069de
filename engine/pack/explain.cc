#include "engine/pack/explain.h"

#include <algorithm>
#include <unordered_map>

#include "engine/retrieve/place.h"

namespace kindling {
namespace {

constexpr std::size_t why_sentences_max = 3;

// Looks up what is known of a unit: paid tokens, passage, scores, reason.
class Ledger {
 public:
  Ledger(const Snapshot& snapshot, const Evidence& evidence, const Context& context)
      : snapshot_(snapshot), evidence_(evidence), context_(context), places_(snapshot) {
    for (std::size_t p = 0; p < context.units_of.size(); ++p) {
      for (const UnitIndex unit : context.units_of[p]) passage_of_[position(unit)] = context.passages[p].number;
    }
    const Filling& filling = context.filling;
    for (std::size_t i = 0; i < filling.chosen.size(); ++i)
      paid_[position(filling.chosen[i])] = filling.paid[i];
    for (const Omission& omission : filling.omitted) omission_of_[position(omission.unit)] = &omission;
    for (const ScoredSection& section : evidence.scores.sections)
      section_score_[position(section.section)] = section.score;
  }

  Result<LedgerEntry> entry(UnitIndex index) {
    const Unit& unit = evidence_.units[position(index)];
    LedgerEntry entry;
    KINDLING_TRY(entry.place, places_.at(unit.section, unit.span));
    entry.value = unit.value;
    const ScoredChunk* scored = evidence_.scores.find(unit.chunk);
    entry.chunk_score = scored == nullptr ? 0 : scored->score;
    if (const auto found = section_score_.find(position(unit.section)); found != section_score_.end()) {
      entry.section_score = found->second;
    }
    entry.words = unit.words;
    if (const auto passage = passage_of_.find(position(index)); passage != passage_of_.end()) {
      entry.passage = passage->second;
      entry.tokens = paid_.at(position(index));
      entry.reason = unit.pinned ? "pinned" : unit.value > 0 ? "value" : "lead";
    } else if (const auto omission = omission_of_.find(position(index)); omission != omission_of_.end()) {
      entry.reason = to_string(omission->second->reason);
      const UnitIndex other = omission->second->same_as;
      if (other != index) entry.same_as = snapshot_.document(evidence_.units[position(other)].document).uri;
    }
    return entry;
  }

  [[nodiscard]] bool is_in(UnitIndex index) const { return passage_of_.contains(position(index)); }

 private:
  const Snapshot& snapshot_;
  const Evidence& evidence_;
  const Context& context_;
  Places places_;
  std::unordered_map<std::uint32_t, std::uint32_t> passage_of_;
  std::unordered_map<std::uint32_t, std::uint64_t> paid_;
  std::unordered_map<std::uint32_t, const Omission*> omission_of_;
  std::unordered_map<std::uint32_t, float> section_score_;
};

std::string reason_of(const WhyPacked& why) {
  if (why.sentences_in > 0) {
    return std::to_string(why.sentences_in) + " of its sentences are in" +
           (why.sentences_out > 0 ? ", " + std::to_string(why.sentences_out) + " more were worth something"
                                  : "");
  }
  if (why.sentences_out == 0)
    return "none of its sentences is worth anything to this question, by words or by meaning";
  const LedgerEntry& best = why.best.front();
  if (!best.same_as.empty()) return "what it says is in already, from " + best.same_as;
  if (best.reason == "document budget") return "its share of the window is used up";
  return "its best sentence is worth less than the least that is in, or no longer fitted";
}

}  // namespace

Result<std::vector<LedgerEntry>> make_ledger(const Snapshot& snapshot, const Evidence& evidence,
                                             const Context& context) {
  Ledger ledger(snapshot, evidence, context);
  std::vector<LedgerEntry> entries;
  for (const std::vector<UnitIndex>& units : context.units_of) {
    for (const UnitIndex unit : units) {
      KINDLING_TRY(LedgerEntry entry, ledger.entry(unit));
      entries.push_back(std::move(entry));
    }
  }
  std::size_t out = 0;
  for (const Omission& omission : context.filling.omitted) {
    if (out++ == ledger_omissions_max) break;
    KINDLING_TRY(LedgerEntry entry, ledger.entry(omission.unit));
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<WhyPacked> why_packed(const Snapshot& snapshot, const Evidence& evidence, const Context& context,
                             std::string_view document) {
  WhyPacked why;
  KINDLING_TRY(const DocumentIndex index, snapshot.find(document));
  why.document = snapshot.document(index).name;
  Ledger ledger(snapshot, evidence, context);
  std::vector<UnitIndex> of_document;
  for (std::uint32_t i = 0; i < evidence.units.size(); ++i) {
    if (evidence.units[i].document != index) continue;
    of_document.push_back(UnitIndex{i});
    ++(ledger.is_in(UnitIndex{i}) ? why.sentences_in : why.sentences_out);
  }
  for (const UnitIndex unit : context.filling.chosen) {
    const float value = evidence.units[position(unit)].value;
    if (!(value > 0)) continue;  // a lead
    why.value_needed = why.value_needed == 0 ? value : std::min(why.value_needed, value);
  }
  const std::size_t shown = std::min(of_document.size(), why_sentences_max);
  std::partial_sort(of_document.begin(), of_document.begin() + static_cast<std::ptrdiff_t>(shown),
                    of_document.end(), [&](UnitIndex a, UnitIndex b) {
                      const float x = evidence.units[position(a)].value, y = evidence.units[position(b)].value;
                      return x != y ? x > y : a < b;
                    });
  for (std::size_t i = 0; i < shown; ++i) {
    KINDLING_TRY(LedgerEntry entry, ledger.entry(of_document[i]));
    why.best.push_back(std::move(entry));
  }
  why.reason = reason_of(why);
  return why;
}

}  // namespace kindling
