#include <optional>

#include "base/env.h"
#include "cli/attachments.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/place_line.h"
#include "cli/text_layout.h"
#include "engine/ask.h"

namespace kindling {
namespace {

constexpr std::uint64_t record_bytes_max = 1u << 30;

AskOptions ask_options(Session& session) {
  AskOptions options;
  options.pack = pack_options(session);
  const std::string thinking = session.arguments.text("thinking").value_or("instant");
  if (thinking == "thinking") options.thinking = ThinkingMode::thinking;
  if (thinking == "contemplating") options.thinking = ThinkingMode::contemplating;
  options.require_citations = session.arguments.toggle("require-citations");
  // An answer that may still be taken back is not shown before it is whole.
  options.stream = !session.arguments.toggle("no-stream") && !options.require_citations;
  return options;
}

// Shows the answer as it comes.
class AnswerStream {
 public:
  AnswerStream(Session& session, bool shown) : console_(session.console), shown_(shown) {}

  bool take(std::string_view piece) {
    if (!shown_) return true;
    if (console_.json()) {
      console_.print_json(Json::object({{"type", "token"}, {"text", piece}}));
    } else {
      console_.print(harmless(piece));
      seen_.append(piece);
    }
    return console_.flush().ok();  // nobody reads any more: stop paying for the answer
  }

  // The pieces that a person has seen.
  [[nodiscard]] const std::string& seen() const { return seen_; }

 private:
  Console& console_;
  bool shown_;
  std::string seen_;
};

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
  if (answer.finish != Finish::stop)
    session.note("the answer is not whole: " + std::string(to_string(answer.finish)));
}

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

Result<std::vector<Medium>> question_media(Session& session, const std::optional<ModelProfile>& profile) {
  if (profile) return read_attachments(session, *profile);
  for (const std::string_view flag : {"image", "audio"}) {
    if (session.arguments.list(flag).empty()) continue;
    return Error{ErrorCode::usage, "--" + std::string(flag),
                 "nobody would look at it: the answer is made of sentences", "name a model with --model"};
  }
  return std::vector<Medium>();
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
  switch (answer.finish) {
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
