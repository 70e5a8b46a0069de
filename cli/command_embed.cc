#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "base/env.h"
#include "base/text_lines.h"
#include "cli/commands.h"
#include "cli/npy.h"
#include "cli/text_layout.h"

namespace kindling {
namespace {

constexpr std::uint64_t input_bytes_max = 4ull << 30;
constexpr std::size_t texts_at_once = 4096;  // bounds the memory for vectors, and how long Ctrl-C waits

Json vector_json(std::span<const float> row) {
  Json values = Json::array();
  for (const float value : row) values.push(value);
  return values;
}

// Where the vectors go: a file, lines, or the one object of --json.
class VectorSink {
 public:
  VectorSink(Console& console, std::optional<NpyWriter> file) : console_(console), file_(std::move(file)) {}

  Status take(const Embeddings& embeddings) {
    if (file_) return file_->append(embeddings.values);
    for (std::size_t i = 0; i < embeddings.count; ++i) {
      if (console_.json() && !console_.json_lines()) {
        vectors_.push(vector_json(embeddings.row(i)));
      } else {
        console_.print_line(
            to_string(Json::object({{"text", taken_ + i}, {"vector", vector_json(embeddings.row(i))}})));
      }
    }
    taken_ += embeddings.count;
    return console_.flush();
  }

  Result<Json> finish() {
    if (file_) KINDLING_TRY_VOID(file_->finish());
    return std::move(vectors_);
  }

 private:
  Console& console_;
  std::optional<NpyWriter> file_;
  std::size_t taken_ = 0;
  Json vectors_;
};

Result<std::string> read_input(Session& session) {
  const auto& words = session.arguments.words();
  if (!words.empty() && words.front() != "-") return session.files.read(words.front(), input_bytes_max);
  if (words.empty() && stdin_is_terminal()) {
    return Error{ErrorCode::usage, "", "FILE is missing", "name a file, or pipe lines into it"};
  }
  return read_standard_input(input_bytes_max);
}

}  // namespace

Result<ExitCode> command_embed(Session& session) {
  KINDLING_TRY(const std::string input, read_input(session));
  const std::vector<std::string_view> texts = lines_of(input);
  KINDLING_TRY(const auto encoder, open_session_encoder(session));
  const EncodeOptions options{.threads = session_threads(session), .query = session.arguments.toggle("query")};
  const auto out = session.arguments.text("out");
  std::optional<NpyWriter> file;
  if (out) {
    KINDLING_TRY(file, NpyWriter::create(session.files, *out, texts.size(), encoder->dimensions()));
  }
  VectorSink sink(session.console, std::move(file));
  const Stopwatch watch;
  std::uint64_t tokens = 0;
  for (std::size_t begin = 0; begin < texts.size(); begin += texts_at_once) {
    const auto batch = std::span(texts).subspan(begin, std::min(texts_at_once, texts.size() - begin));
    KINDLING_TRY(const Embeddings embeddings, encoder->encode(batch, options, session.cancellation));
    tokens += embeddings.tokens;
    KINDLING_TRY_VOID(sink.take(embeddings));
  }
  const double seconds = watch.seconds();
  KINDLING_TRY(Json vectors, sink.finish());

  if (session.console.json()) {
    Json object = Json::object({{"texts", texts.size()},
                                {"tokens", tokens},
                                {"dimensions", encoder->dimensions()},
                                {"seconds", seconds}});
    if (!vectors.is_null()) object.set("vectors", std::move(vectors));
    session.console.print_json(object);
  } else if (out) {
    session.console.print_line(counted(texts.size(), "text") + ", " + counted(tokens, "token") + ", " +
                               std::to_string(encoder->dimensions()) + " dimensions, in " +
                               shown_seconds(seconds) + ": " + *out);
  }
  return ExitCode::ok;
}

}  // namespace kindling
