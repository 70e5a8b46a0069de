// `ask --record FILE`: listens to a run and appends it to a file, one line of JSON each (docs/records.md).
//
// A run that fails is recorded too, with its error: that is when a record is wanted most.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.h"
#include "engine/ask.h"
#include "engine/endpoint/call_recorder.h"
#include "engine/record/run_record.h"

namespace kindling {

class RunRecorder {
 public:
  // Listens from now on to the endpoints of `options`. `profile`: null when the answer is extractive.
  RunRecorder(Session& session, const Question& question, const ModelProfile* profile, const Snapshot& snapshot,
              AskOptions& options);

  // Everything but what `--record` names. Errors: none; what cannot be read is left out.
  [[nodiscard]] RunRecord record(const Result<Answer>& answer) const;
  // Appends where --record says, if it does. Errors: those of Files.
  [[nodiscard]] Status write(const Result<Answer>& answer) const;

 private:
  Session& session_;
  const Question& question_;
  const ModelProfile* profile_;
  const Snapshot& snapshot_;
  const std::string instructions_;
  std::int64_t time_ms_;
  std::string observations_;
  std::shared_ptr<CallRecorder> calls_;
};

// A command line that asks the same: what was given, and what the settings said, but for the index, the
// address, the encoder and what concerns only the output.
[[nodiscard]] std::vector<std::string> repeatable_arguments(Session& session, const Question& question,
                                                            const std::string& instructions);

// The text of a profile's file, shipped or a user's own. Errors: `not_found`, those of Files::read.
[[nodiscard]] Result<std::string> profile_text(Files& files, const ModelProfile& profile);

}  // namespace kindling
