#include <charconv>
#include <optional>

#include "cli/answer_view.h"
#include "cli/certificate_line.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/line_reader.h"
#include "cli/mirror.h"
#include "cli/place_line.h"
#include "cli/prompt_options.h"
#include "cli/suspicion_note.h"
#include "cli/text_layout.h"
#include "cli/tool_options.h"
#include "engine/answer/conversation.h"

namespace kindling {
namespace {

constexpr std::string_view chat_help =
    "A line is a question. Lines that begin with / are for kindling:\n"
    "  /sources           what the last answer cites and was given\n"
    "  /open N            the whole of passage N\n"
    "  /budget [TOKENS]   of a whole request; without a number: what the last one took\n"
    "  /model [PROFILE]   whom to ask, or 'extractive'; a new one begins with what was said, not with what was "
    "sent\n"
    "  /quit              or the end of input\n";

// One conversation: the index, the model, and what was said.
class Chat {
 public:
  Chat(Session& session, const Snapshot& snapshot, const Encoder* encoder, Question question,
       AskOptions options)
      : session_(session),
        snapshot_(snapshot),
        encoder_(encoder),
        question_(std::move(question)),
        options_(std::move(options)),
        mirror_(session) {
    options_.conversation = &conversation_;
  }

  Status choose_model(const std::string& name) {
    std::optional<ModelProfile> profile;
    if (name != "extractive") {
      KINDLING_TRY(profile, profile_named(session_, name));
    }
    KINDLING_TRY(options_.pack.media, question_media(session_, profile));
    profile_ = std::move(profile);
    model_ = name;
    conversation_.forget_passages();  // their tokens were counted for another model
    return {};
  }

  // False at the end of the conversation.
  Result<bool> take(std::string_view line) {
    line = trimmed_line(line);
    if (line.empty()) return true;
    if (line.front() == '/') return obey(line);
    KINDLING_TRY_VOID(answer(std::string(line)));
    return true;
  }

  [[nodiscard]] ExitCode exit_code() const { return last_ ? exit_code_of(*last_) : ExitCode::ok; }

 private:
  static std::string_view trimmed_line(std::string_view line) {
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == line.npos) return {};
    return line.substr(first, line.find_last_not_of(" \t") + 1 - first);
  }

  Result<bool> obey(std::string_view line) {
    const std::size_t blank = line.find(' ');
    const std::string_view verb = line.substr(0, blank);
    const std::string_view word = blank == line.npos ? "" : trimmed_line(line.substr(blank));
    if (verb == "/quit" || verb == "/exit") return false;
    if (session_.console.json() && (word.empty() || verb == "/open")) {
      session_.note(std::string(verb) + " shows something to people only");
      return true;
    }
    if (verb == "/sources") {
      show_sources();
    } else if (verb == "/open") {
      open(word);
    } else if (verb == "/budget") {
      budget(word);
    } else if (verb == "/model") {
      model(word);
    } else {
      if (verb != "/help") session_.note(std::string(verb) + " is none of the commands");
      session_.console.print(chat_help);
    }
    return true;
  }

  Status answer(std::string text) {
    Question question = question_;
    question.text = std::move(text);
    AnswerStream stream(session_,
                        options_.stream && (session_.console.json_lines() || !session_.console.json()));
    const ModelProfile* profile = profile_ ? &*profile_ : nullptr;
    mirror_.before(profile, options_);
    Result<Answer> asked = ask(
        snapshot_, encoder_, question, profile, options_,
        [&](std::string_view piece) { return stream.take(piece); }, session_.cancellation);
    if (!asked) mirror_.after(question.text, profile, options_, nullptr);
    KINDLING_TRY(Answer answer, std::move(asked));
    options_.pack.media.clear();  // they went with the first question
    if (session_.console.json()) {
      Json object = to_json(answer);
      if (session_.console.json_lines()) object.set("type", "answer");
      session_.console.print_json(object);
    } else {
      print_answer(session_, answer, stream.seen());
      session_.console.print_line();
    }
    note_tool_calls(session_, answer.tool_calls);
    note_suspicions(session_, answer.suspicions);
    note_foreign_links(session_, answer.foreign_links);
    if (!answer.note.empty()) session_.note(answer.note);
    KINDLING_TRY_VOID(session_.console.flush());
    mirror_.after(question.text, profile, options_, &answer);
    last_ = std::move(answer);
    return {};
  }

  void show_sources() {
    Console& console = session_.console;
    if (!last_) return session_.note("nothing was asked yet");
    for (const Citation& citation : last_->citations) {
      console.print_line(padded_left("[" + std::to_string(citation.number) + "]", 5) + " " +
                         console.tinted(Tint::strong, heading_line(citation.place)) + "  " +
                         console.tinted(Tint::name, place_line(citation.place)));
    }
    const auto& passages = conversation_.passages();
    if (passages.empty()) return;
    console.print_line("given so far:");
    for (const Passage& passage : passages) {
      console.print_line(padded_left("[" + std::to_string(passage.number) + "]", 5) + " " +
                         console.tinted(Tint::name, place_line(passage.place)) + ", " +
                         std::to_string(passage.token_count) + " tokens");
    }
  }

  void open(std::string_view word) {
    std::uint32_t number = 0;
    const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (failed != std::errc() || end != word.data() + word.size())
      return session_.note("/open takes a passage's number");
    for (const Passage& passage : conversation_.passages()) {
      if (passage.number != number) continue;
      session_.console.print_line(session_.console.tinted(Tint::name, place_line(passage.place)));
      return session_.console.print_line(harmless(passage.text));
    }
    if (last_) {
      for (const Citation& citation : last_->citations) {
        if (citation.number == number) return session_.console.print_line(harmless(citation.quote));
      }
    }
    session_.note("no passage has the number " + std::to_string(number));
  }

  void budget(std::string_view word) {
    if (word.empty()) {
      if (!last_) return session_.note("nothing was asked yet");
      return session_.console.print(certificate_lines(last_->certificate));
    }
    std::uint64_t tokens = 0;
    const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), tokens);
    if (failed != std::errc() || end != word.data() + word.size() || tokens == 0)
      return session_.note("/budget takes a number of tokens");
    options_.pack.budget = tokens;
  }

  void model(std::string_view word) {
    if (word.empty()) return session_.console.print_line(model_);
    if (const Status chosen = choose_model(std::string(word)); !chosen)
      session_.console.report(session_.verb(), chosen.error());
  }

  Session& session_;
  const Snapshot& snapshot_;
  const Encoder* encoder_;
  Question question_;  // without a text: mode and filter
  AskOptions options_;
  Mirror mirror_;
  std::string model_;
  std::optional<ModelProfile> profile_;
  Conversation conversation_;
  std::optional<Answer> last_;
};

}  // namespace

Result<ExitCode> command_chat(Session& session) {
  KINDLING_TRY(const auto snapshot, open_snapshot(session));
  KINDLING_TRY(Question question, read_question_options(session));
  KINDLING_TRY(const auto encoder, open_asking_encoder(session, *snapshot, question.mode));
  AskOptions options = ask_options(session);
  const std::string model = session.settings.text("model").value_or("extractive");
  KINDLING_TRY(options.tools, read_tools(session, model != "extractive"));
  KINDLING_TRY_VOID(find_pinned(*snapshot, options.pack));
  KINDLING_TRY_VOID(read_prompt_options(session, options.pack));
  Chat chat(session, *snapshot, encoder.get(), std::move(question), std::move(options));
  KINDLING_TRY_VOID(chat.choose_model(model));
  LineReader lines("> ");
  if (stdin_is_terminal()) session.note("ask; /help says what else there is");
  for (;;) {
    auto line = lines.next();
    if (!line && line.error().code == ErrorCode::too_large) {
      session.console.report(session.verb(), line.error());
      continue;
    }
    if (!line) return line.error();
    if (!*line) break;
    const auto goes_on = chat.take(**line);
    // One question that could not be answered does not end the conversation.
    if (!goes_on && (goes_on.error().code == ErrorCode::cancelled || !stdin_is_terminal()))
      return goes_on.error();
    if (!goes_on) session.console.report(session.verb(), goes_on.error());
    if (goes_on && !*goes_on) break;
  }
  return chat.exit_code();
}

}  // namespace kindling
