#include <optional>

#include "base/env.h"
#include "cli/answer_view.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/text_layout.h"
#include "engine/ask.h"

namespace kindling {
namespace {

constexpr std::uint64_t record_bytes_max = 1u << 30;

// Nothing of the request's headers is recorded, so that no key can be.
Status record(Session& session, const Question& question, const std::string& model, const Json& answer) {
  const auto path = session.arguments.text("record");
  if (!path) return {};
  auto before = session.files.read(*path, record_bytes_max);
  if (!before && before.error().code != ErrorCode::not_found) return before.error();
  Json line = Json::object({{"time", shown_time(now_ms())}, {"question", question.text}, {"model", model}});
  for (const auto& [name, value] : answer.members()) line.set(name, value);
  return write_atomically(session.files, *path, (before ? *before : "") + to_string(line) + "\n");
}

}  // namespace

Result<ExitCode> command_ask(Session& session) {
  KINDLING_TRY(const Question question, read_question(session));
  const std::string model = session.settings.text("model").value_or("extractive");
  std::optional<ModelProfile> profile;
  if (model != "extractive") {
    KINDLING_TRY(profile, session_profile(session, model));
  }
  KINDLING_TRY(const auto snapshot, open_snapshot(session));
  KINDLING_TRY(const auto encoder, open_asking_encoder(session, *snapshot, question.mode));
  AskOptions options = ask_options(session);
  KINDLING_TRY(options.pack.media, question_media(session, profile));
  KINDLING_TRY_VOID(find_pinned(*snapshot, options.pack));
  AnswerStream stream(session, options.stream && (session.console.json_lines() || !session.console.json()));
  KINDLING_TRY(const Answer answer,
               ask(
                   *snapshot, encoder.get(), question, profile ? &*profile : nullptr, options,
                   [&](std::string_view piece) { return stream.take(piece); }, session.cancellation));

  Json object = to_json(answer);
  if (session.console.json_lines()) object.set("type", "answer");
  if (session.console.json()) {
    session.console.print_json(object);
  } else {
    print_answer(session, answer, stream.seen());
  }
  if (!answer.note.empty()) session.note(answer.note);
  KINDLING_TRY_VOID(record(session, question, model, to_json(answer)).within("--record"));
  return exit_code_of(answer.finish);
}

}  // namespace kindling
