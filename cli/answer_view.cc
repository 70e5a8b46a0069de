#include "cli/answer_view.h"

#include "cli/answer_check.h"
#include "cli/attachments.h"
#include "cli/place_line.h"
#include "cli/text_layout.h"

namespace kindling {
namespace {

void print_citations(Session& session, const Answer& answer) {
  Console& console = session.console;
  for (const Citation& citation : answer.citations) {
    const std::string mark =
        citation.verified ? console.tinted(Tint::good, "verified") : console.tinted(Tint::bad, "NOT FOUND");
    console.print_line(padded_left("[" + std::to_string(citation.number) + "]", 5) + " " +
                       console.tinted(Tint::strong, heading_line(citation.place)) + "  " + mark);
    console.print_line("      " + console.tinted(Tint::name, place_line(citation.place)));
    for (const std::string& line : wrapped("“" + citation.quote + "”", console.width() - 6)) {
      console.print_line("      " + console.tinted(Tint::faint, line));
    }
  }
}

}  // namespace

AskOptions ask_options(Session& session) {
  AskOptions options;
  options.pack = pack_options(session);
  const std::string thinking = session.arguments.text("thinking").value_or("instant");
  if (thinking == "thinking") options.thinking = ThinkingMode::thinking;
  if (thinking == "contemplating") options.thinking = ThinkingMode::contemplating;
  options.require_citations = session.arguments.toggle("require-citations");
  options.fallback = !session.arguments.toggle("no-fallback");
  options.evidence_threshold = session_evidence_threshold(session);
  // An answer that may still be taken back is not shown before it is whole.
  options.stream = !session.arguments.toggle("no-stream") && !options.require_citations;
  return options;
}

Result<std::vector<Medium>> question_media(Session& session, const std::optional<ModelProfile>& profile) {
  if (profile) return read_attachments(session, *profile);
  for (const std::string_view flag : {"image", "audio"}) {
    if (session.arguments.list(flag).empty()) continue;
    return Error{ErrorCode::usage, "--" + std::string(flag),
                 "nobody would look at it: the answer is made of sentences", "name a model with --model"};
  }
  return std::vector<Medium>();
}

bool AnswerStream::take(std::string_view piece) {
  if (!shown_) return true;
  if (console_.json()) {
    console_.print_json(Json::object({{"type", "token"}, {"text", piece}}));
  } else {
    console_.print(harmless(piece));
    seen_.append(piece);
  }
  return console_.flush().ok();  // stop paying for the answer
}

void print_answer(Session& session, const Answer& answer, const std::string& seen) {
  Console& console = session.console;
  if (answer.finish == Finish::no_evidence) {
    if (!seen.empty()) console.print_line();
    session.note(answer.text.empty() ? "the collection does not say" : on_one_line(answer.text));
    return;
  }
  if (seen.empty()) {
    console.print(harmless(answer.text));
  }
  console.print_line();
  console.print_line();
  print_citations(session, answer);
  print_unsupported(session, answer);
  if (answer.finish != Finish::stop)
    session.note("the answer is not whole: " + std::string(to_string(answer.finish)));
}

ExitCode exit_code_of(const Answer& answer) {
  return answer.fallback.empty() ? exit_code_of(answer.finish) : ExitCode::partial;
}

ExitCode exit_code_of(Finish finish) {
  switch (finish) {
    case Finish::stop:
      return ExitCode::ok;
    case Finish::length:
    case Finish::incomplete:
      return ExitCode::partial;
    case Finish::refused:
      return ExitCode::endpoint;
    case Finish::no_evidence:
      return ExitCode::no_result;
  }
  return ExitCode::ok;
}

}  // namespace kindling
