#include "cli/answer_check.h"

#include <string>
#include <string_view>

#include "cli/text_layout.h"
#include "engine/answer/abstain.h"

namespace kindling {
namespace {

std::string_view explained(ClaimProblem problem) {
  switch (problem) {
    case ClaimProblem::number:
      return "another number";
    case ClaimProblem::unit:
      return "another unit";
    case ClaimProblem::negation:
      return "a negation more or less";
    case ClaimProblem::direction:
      return "the opposite";
    case ClaimProblem::name:
      return "another name";
    case ClaimProblem::quotation:
      return "words in quotation marks that do not stand there";
    case ClaimProblem::elsewhere:
      return "another passage says it";
    case ClaimProblem::unknown:
      return "cites a passage that was not sent";
    case ClaimProblem::none:
    case ClaimProblem::absent:
      break;
  }
  return "no passage says so";
}

}  // namespace

void print_unsupported(Session& session, const Answer& answer) {
  Console& console = session.console;
  for (const AnswerSentence& sentence : answer.sentences) {
    const CheckedSentence& checked = sentence.checked;
    if (checked.holds()) continue;
    const bool contradicted = checked.support == Support::contradicted;
    std::string line = console.tinted(Tint::bad, contradicted ? "CONTRADICTED" : "NOT SUPPORTED") + "  " +
                       std::string(explained(checked.problem));
    if (checked.passage != 0) line += " [" + std::to_string(checked.passage) + "] " + sentence.document;
    console.print_line(line);
    for (const std::string& part :
         wrapped(on_one_line(slice(answer.text, checked.span)), console.width() - 6)) {
      console.print_line("      " + console.tinted(Tint::faint, part));
    }
  }
}

float session_evidence_threshold(Session& session) {
  const auto fitted = stored_threshold(session.files, session.settings.index());
  if (!fitted) session.note(fitted.error().sentence());
  return fitted && *fitted ? **fitted : evidence_threshold;
}

}  // namespace kindling
