#include <optional>

#include "cli/answer_view.h"
#include "cli/ask_setup.h"
#include "cli/commands.h"
#include "cli/contemplation_view.h"
#include "cli/json_views.h"
#include "cli/mirror.h"
#include "cli/run_recorder.h"
#include "cli/suspicion_note.h"
#include "cli/tool_options.h"
#include "engine/ask.h"

namespace kindling {
Result<ExitCode> command_ask(Session& session) {
  KINDLING_TRY(const Question question, read_question(session));
  const std::string model = session.settings.text("model").value_or("extractive");
  std::optional<ModelProfile> profile;
  if (model != "extractive") {
    KINDLING_TRY(profile, session_profile(session, model));
  }
  KINDLING_TRY(const auto snapshot, open_snapshot(session));
  KINDLING_TRY(const auto encoder, open_asking_encoder(session, *snapshot, question.mode));
  KINDLING_TRY(AskOptions options, read_ask_options(session, profile, *snapshot));
  std::optional<RunRecorder> recorder;
  if (session.arguments.text("record"))
    recorder.emplace(session, question, profile ? &*profile : nullptr, *snapshot, options);
  Mirror mirror(session);
  mirror.before(profile ? &*profile : nullptr, options);
  AnswerStream stream(session, options.stream && (session.console.json_lines() || !session.console.json()));
  const Result<Answer> asked = ask(
      *snapshot, encoder.get(), question, profile ? &*profile : nullptr, options,
      [&](std::string_view piece) { return stream.take(piece); }, session.cancellation);
  const Status recorded = recorder ? recorder->write(asked).within("--record") : Status();
  if (!asked.ok()) return asked.error();
  const Answer& answer = *asked;

  Json object = to_json(answer);
  if (session.console.json_lines()) object.set("type", "answer");
  if (session.console.json()) {
    session.console.print_json(object);
  } else {
    print_answer(session, answer, stream.seen());
    if (answer.contemplation) session.note(usage_line(answer));
  }
  note_tool_calls(session, answer.tool_calls);
  note_suspicions(session, answer.suspicions);
  note_foreign_links(session, answer.foreign_links);
  if (!answer.note.empty()) session.note(answer.note);
  mirror.after(question.text, profile ? &*profile : nullptr, options,
               answer.fallback.empty() ? &answer : nullptr);
  KINDLING_TRY_VOID(recorded);
  return exit_code_of(answer);
}

}  // namespace kindling
