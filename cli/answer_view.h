// An answer, as ask and chat show it: streamed where somebody reads along, then its citations.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.h"
#include "cli/session.h"
#include "engine/ask.h"

namespace kindling {

// The flags of ask.
[[nodiscard]] AskOptions ask_options(Session& session);

// What --image and --audio name. Errors: `usage` where no model would look at it (no profile); else as
// read_attachments.
[[nodiscard]] Result<std::vector<Medium>> question_media(Session& session,
                                                         const std::optional<ModelProfile>& profile);

// Shows the answer as it comes.
class AnswerStream {
 public:
  AnswerStream(Session& session, bool shown) : console_(session.console), shown_(shown) {}

  // False when nobody reads any more.
  [[nodiscard]] bool take(std::string_view piece);

  // The pieces that a person has seen.
  [[nodiscard]] const std::string& seen() const { return seen_; }

 private:
  Console& console_;
  bool shown_;
  std::string seen_;
};

// What was not `seen` yet, the citations, and what is to be said of the end.
void print_answer(Session& session, const Answer& answer, const std::string& seen);

[[nodiscard]] ExitCode exit_code_of(Finish finish);
// `partial` too for an answer that stands in for the model's.
[[nodiscard]] ExitCode exit_code_of(const Answer& answer);

}  // namespace kindling
