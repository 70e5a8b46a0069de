#include "engine/contemplate/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace kindling {
namespace {

constexpr std::size_t missing_named_max = 3;

// "canal.md", or "canal.md to tower.md".
std::string extent_of(const Context& context) {
  if (context.passages.empty()) return "nothing";
  const auto [first, last] =
      std::minmax_element(context.passages.begin(), context.passages.end(),
                          [](const Passage& a, const Passage& b) { return a.number < b.number; });
  const std::string from = first->place.document, to = last->place.document;
  return from == to ? from : from + " to " + to;
}

}  // namespace

void AnswerNotes::add(std::string_view note) {
  if (note.empty()) return;
  if (!text_.empty()) text_ += "; ";
  text_ += note;
}

Usage no_usage() {
  Usage usage;
  usage.cost = 0;
  usage.reported = true;
  return usage;
}

void add_usage(Usage& sum, const Usage& usage) {
  sum.prompt_tokens += usage.prompt_tokens;
  sum.completion_tokens += usage.completion_tokens;
  sum.cached_tokens += usage.cached_tokens;
  sum.reasoning_tokens += usage.reasoning_tokens;
  sum.cost = sum.cost < 0 || usage.cost < 0 ? -1 : sum.cost + usage.cost;
  sum.reported = sum.reported && usage.reported;
}

SubagentReport report_of(const CallOutcome& outcome, const Context& context, std::uint32_t shard,
                         std::uint32_t level) {
  SubagentReport report;
  report.shard = shard;
  report.level = level;
  std::set<std::string_view> documents;
  for (const Passage& passage : context.passages) documents.insert(passage.place.document);
  report.documents = documents.size();
  report.passages = context.passages.size();
  report.tokens_max = context.certificate.tokens_max;
  report.budget = context.certificate.budget;
  report.ms = outcome.ms;
  if (outcome.generation) {
    report.usage = outcome.generation->usage;
    report.finish = outcome.generation->finish;
    report.note = outcome.generation->note;
  } else {
    report.usage = no_usage();
    report.finish = Finish::incomplete;
    report.note = outcome.error->sentence();
  }
  return report;
}

void count_statements(const Answer& answer, SubagentReport& report) {
  for (const AnswerSentence& sentence : answer.sentences) {
    if (sentence.checked.claims) ++(sentence.checked.holds() ? report.statements : report.unsupported);
  }
}

bool note_missing(const Contemplation& contemplation, std::span<const ReaderShard> shards, AnswerNotes& notes) {
  std::size_t missing = 0;
  std::uint64_t unsupported = 0;
  for (const SubagentReport& report : contemplation.subagents) {
    unsupported += shards.size() > 1 ? report.unsupported : 0;  // a single one's answer says so itself
    if (report.finish == Finish::stop || shards.size() < 2) continue;
    if (++missing > missing_named_max) continue;
    notes.add(fmt::format("shard {} of {} ({}) was not read to its end: {}", report.shard, shards.size(),
                          extent_of(shards[report.shard - 1].context),
                          report.note.empty() ? to_string(report.finish) : std::string_view(report.note)));
  }
  if (missing > missing_named_max)
    notes.add(fmt::format("{} more shards likewise", missing - missing_named_max));
  for (std::size_t i = 0; i + 1 < contemplation.reductions.size(); ++i) {
    const SubagentReport& report = contemplation.reductions[i];
    unsupported += report.unsupported;
    if (report.finish != Finish::stop) {
      notes.add(fmt::format("reduction {} of level {} was not finished: {}", report.shard, report.level,
                            report.note.empty() ? to_string(report.finish) : std::string_view(report.note)));
    }
  }
  if (unsupported > 0) {
    notes.add(fmt::format("{} of the subagents {} not supported by {} passages and not passed on",
                          unsupported == 1 ? "1 statement" : fmt::format("{} statements", unsupported),
                          unsupported == 1 ? "was" : "were", unsupported == 1 ? "its" : "their"));
  }
  return missing > 0;
}

void add_suspicions(std::vector<Suspicion>& suspicions, std::span<const ReaderShard> shards) {
  const auto same = [](const Suspicion& a, const Suspicion& b) {
    return a.document == b.document && a.span == b.span && a.kind == b.kind;
  };
  for (const ReaderShard& shard : shards) {
    for (const Suspicion& found : shard.context.suspicions) {
      if (suspicions.size() >= suspicions_max) return;
      const bool known = std::any_of(suspicions.begin(), suspicions.end(),
                                     [&](const Suspicion& other) { return same(other, found); });
      if (known) continue;
      suspicions.push_back(found);
      suspicions.back().passage = 0;
    }
  }
}

std::vector<SectionIndex> passage_sections(const Context& context, std::span<const Unit> units) {
  std::vector<SectionIndex> sections;
  sections.reserve(context.units_of.size());
  for (const std::vector<UnitIndex>& of_passage : context.units_of)
    sections.push_back(units[position(of_passage.front())].section);
  return sections;
}

Generation said_in_notes(std::span<const std::string> notes, const Error& error) {
  Generation generation;
  for (const std::string& note : notes) generation.text += note + "\n";
  generation.finish = Finish::incomplete;
  generation.usage = no_usage();
  generation.note = "the reduction failed (" + error.sentence() + "): these are the subagents' own statements";
  return generation;
}

}  // namespace kindling
