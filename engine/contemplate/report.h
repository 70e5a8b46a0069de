// What is told of a contemplation afterwards: usage added up, what each call did, what is missing and why.
//
// Pure; safe from any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ask.h"
#include "engine/contemplate/callers.h"
#include "engine/contemplate/contemplation.h"
#include "engine/contemplate/findings.h"
#include "engine/contemplate/reader_shards.h"

namespace kindling {

// Sentences for the user, one behind the other.
class AnswerNotes {
 public:
  void add(std::string_view note);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// The neutral element of add_usage: costs nothing, nothing unreported.
[[nodiscard]] Usage no_usage();
void add_usage(Usage& sum, const Usage& usage);

// Of one call for `context`.
[[nodiscard]] SubagentReport report_of(const CallOutcome& outcome, const Context& context, std::uint32_t shard,
                                       std::uint32_t level);
void count_statements(const Answer& answer, SubagentReport& report);

// Whether something of the evidence was not read to its end. Says what, and what was not passed on.
[[nodiscard]] bool note_missing(const Contemplation& contemplation, std::span<const ReaderShard> shards,
                                AnswerNotes& notes);

// Those of passages that only subagents saw, without a number.
void add_suspicions(std::vector<Suspicion>& suspicions, std::span<const ReaderShard> shards);

// Of each passage.
[[nodiscard]] std::vector<SectionIndex> passage_sections(const Context& context, std::span<const Unit> units);

// The notes themselves as an answer, when nobody could be asked to join them.
[[nodiscard]] Generation said_in_notes(std::span<const std::string> notes, const Error& error);

}  // namespace kindling
