#include <memory>
#include <vector>

#include "base/env.h"
#include "base/utf8.h"
#include "cli/calibration_view.h"
#include "cli/commands.h"
#include "cli/text_layout.h"
#include "engine/profile.h"
#include "formats/decode.h"
#include "tokenizer/estimator.h"
#include "tokenizer/open_tokenizer.h"
#include "tokenizer/token_prefix.h"

namespace kindling {
namespace {

constexpr std::uint64_t input_bytes_max = 4ull << 30;

struct FileCount {
  std::string uri;
  std::uint64_t bytes = 0;
  TokenCount count;
};

// An encoder owns its tokenizer: the pointer keeps both.
Result<std::shared_ptr<const Tokenizer>> encoder_tokenizer(Session& session) {
  KINDLING_TRY(auto opened, open_session_encoder(session));
  const std::shared_ptr<const Encoder> encoder = std::move(opened);
  return std::shared_ptr<const Tokenizer>(encoder, &encoder->tokenizer());
}

Result<std::shared_ptr<const Tokenizer>> named_tokenizer(Session& session, const std::string& name) {
  if (name == "wordpiece") return encoder_tokenizer(session);
  if (name == "estimator") return std::shared_ptr<const Tokenizer>(make_estimator(name));
  KINDLING_TRY(auto tokenizer, open_tokenizer(session.files, name).within("--tokenizer"));
  return std::shared_ptr<const Tokenizer>(std::move(tokenizer));
}

Result<std::shared_ptr<const Tokenizer>> chosen_tokenizer(Session& session) {
  if (const auto name = session.arguments.text("tokenizer")) {
    if (session.arguments.text("model")) {
      return Error{ErrorCode::usage, "--tokenizer and --model", "only one of them can be meant",
                   "leave one out"};
    }
    return named_tokenizer(session, *name);
  }
  KINDLING_TRY(const ModelProfile profile, session_profile(session, "muse-spark"));
  return profile_tokenizer(profile);
}

// What is not text can be counted, but hardly anybody means that.
void warn_of_strange_bytes(Session& session, const std::string& uri, std::string_view bytes) {
  const std::string_view format = sniff_format(uri, bytes);
  if (format == "pdf") {
    session.note(
        uri + ": a PDF; its raw bytes are counted, not its text; index it, and 'kindling show' has the text");
  } else if (!is_valid_utf8(bytes)) {
    session.note(uri + ": not valid UTF-8; each invalid sequence is counted as U+FFFD");
  }
}

Result<FileCount> count_file(Session& session, const Tokenizer& tokenizer, const std::string& uri) {
  std::string bytes;
  if (uri == "-") {
    KINDLING_TRY(bytes, read_standard_input(input_bytes_max));
  } else {
    KINDLING_TRY(bytes, session.files.read(uri, input_bytes_max));
  }
  KINDLING_TRY_VOID(session.cancellation.check());
  warn_of_strange_bytes(session, uri, bytes);
  return FileCount{uri, bytes.size(), count_on_threads(tokenizer, bytes, machine().threads)};
}

void print_counts(Session& session, const Tokenizer& tokenizer, const std::vector<FileCount>& files,
                  TokenCount total) {
  Console& console = session.console;
  const bool exact = tokenizer.bound() == TokenBound::exact;
  const auto shown = [&](TokenCount count) {
    return padded_left(grouped(count.tokens), 12) +
           (exact ? "" : "  at most " + padded_left(grouped(count.tokens_max), 12));
  };
  for (const FileCount& file : files)
    console.print_line(shown(file.count) + "  " + console.tinted(Tint::name, file.uri));
  if (files.size() > 1) console.print_line(shown(total) + "  " + console.tinted(Tint::strong, "total"));
  console.print_line(console.tinted(Tint::faint, "counted by " + std::string(tokenizer.name()) + ", " +
                                                     std::string(to_string(tokenizer.bound()))));
}

Json counts_json(const Tokenizer& tokenizer, const std::vector<FileCount>& files, TokenCount total) {
  Json array = Json::array();
  for (const FileCount& file : files) {
    array.push(Json::object({{"uri", file.uri},
                             {"bytes", file.bytes},
                             {"tokens", file.count.tokens},
                             {"tokens_max", file.count.tokens_max}}));
  }
  const auto note = tokenizer.calibration();
  return Json::object({{"files", std::move(array)},
                       {"tokens", total.tokens},
                       {"tokens_max", total.tokens_max},
                       {"tokenizer", tokenizer.name()},
                       {"bound", to_string(tokenizer.bound())},
                       {"confidence", note ? Json(note->confidence) : Json()},
                       {"samples", note ? note->samples : 0}});
}

}  // namespace

Result<ExitCode> command_tokens(Session& session) {
  const bool calibrate = session.arguments.toggle("calibrate");
  for (const std::string_view flag : {"rebuild", "reset"}) {
    if (session.arguments.toggle(flag) && !calibrate) {
      return Error{ErrorCode::usage, "--" + std::string(flag), "speaks of observed counts",
                   "give it together with --calibrate"};
    }
  }
  if (calibrate) {
    if (session.arguments.text("tokenizer") || !session.arguments.words().empty()) {
      return Error{ErrorCode::usage, "--calibrate",
                   "shows a profile's observed counts and counts nothing itself",
                   "leave --tokenizer and the files out"};
    }
    KINDLING_TRY(const ModelProfile profile, session_profile(session, "muse-spark"));
    return show_calibration(session, profile);
  }
  std::vector<std::string> uris = session.arguments.words();
  if (uris.empty() && stdin_is_terminal()) {
    return Error{ErrorCode::usage, "", "FILE is missing", "name files, or pipe a text into it"};
  }
  if (uris.empty()) uris = {"-"};
  KINDLING_TRY(const auto tokenizer, chosen_tokenizer(session));
  std::vector<FileCount> files;
  TokenCount total;
  for (const std::string& uri : uris) {
    KINDLING_TRY(FileCount file, count_file(session, *tokenizer, uri));
    total += file.count;
    files.push_back(std::move(file));
  }
  if (!session.console.json()) {
    print_counts(session, *tokenizer, files, total);
    return ExitCode::ok;
  }
  session.console.print_json(counts_json(*tokenizer, files, total));
  return ExitCode::ok;
}

}  // namespace kindling
