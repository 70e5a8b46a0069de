#include <filesystem>
#include <memory>
#include <vector>

#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/text_layout.h"
#include "engine/profile.h"
#include "formats/decode.h"
#include "tokenizer/estimator.h"
#include "tokenizer/sentencepiece.h"

namespace kindling {
namespace {

constexpr std::uint64_t vocabulary_bytes_max = 256u << 20;
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
  if (!session.files.info(name)) {
    return Error{ErrorCode::not_found, "--tokenizer " + name, "neither a file nor a name",
                 "give a SentencePiece .model file, 'wordpiece' or 'estimator'"};
  }
  KINDLING_TRY(const std::string model, session.files.read(name, vocabulary_bytes_max));
  KINDLING_TRY(auto tokenizer,
               open_sentencepiece(std::filesystem::path(name).stem().string(), model).within(name));
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
  return FileCount{uri, bytes.size(), tokenizer.count(bytes)};
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

}  // namespace

Result<ExitCode> command_tokens(Session& session) {
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
  Json array = Json::array();
  for (const FileCount& file : files) {
    array.push(Json::object({{"uri", file.uri},
                             {"bytes", file.bytes},
                             {"tokens", file.count.tokens},
                             {"tokens_max", file.count.tokens_max}}));
  }
  session.console.print_json(Json::object({{"files", std::move(array)},
                                           {"tokens", total.tokens},
                                           {"tokens_max", total.tokens_max},
                                           {"tokenizer", tokenizer->name()},
                                           {"bound", to_string(tokenizer->bound())}}));
  return ExitCode::ok;
}

}  // namespace kindling
