#include "engine/ingest/ingest_read.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <unordered_set>
#include <utility>

#include "base/digest.h"
#include "base/env.h"
#include "base/utf8.h"
#include "engine/ingest/chunk_space.h"
#include "engine/ingest/chunker.h"
#include "tokenizer/language.h"

namespace kindling {
namespace {

constexpr std::size_t bad_records_told_max = 3;  // of a file; the others are counted
constexpr std::size_t warnings_per_file_max = 20;

Result<std::string> read_standard_input(std::uint64_t bytes_max) {
  std::string bytes;
  std::string piece(1u << 20, '\0');
  for (;;) {
    const std::streamsize got =
        std::cin.rdbuf()->sgetn(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (got <= 0) return bytes;
    bytes.append(piece, 0, static_cast<std::size_t>(got));
    if (bytes.size() > bytes_max) {
      return Error{ErrorCode::too_large, "", "more than the limit of " + std::to_string(bytes_max) + " bytes",
                   "save it to files and index those"};
    }
  }
}

std::optional<ErrorCode> error_code_named(std::string_view name) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::decoder_crashed); ++code) {
    if (to_string(static_cast<ErrorCode>(code)) == name) return static_cast<ErrorCode>(code);
  }
  return std::nullopt;
}

// "notes/2019 budget.txt.gz" -> "2019 budget"
std::string title_from_name(const std::string& uri) {
  std::filesystem::path name = std::filesystem::path(uri).filename();
  if (name.extension() == ".gz") name = name.stem();
  return words_on_one_line(valid_utf8(name.stem().string()), 200);
}

// Reading one file: what FileReader::read does, step by step.
class OneFile {
 public:
  OneFile(const ReadSettings& settings, ReadJob& job, const std::function<Status(ReadEvent)>& on_event)
      : settings_(settings), job_(job), on_event_(on_event) {
    outcome_.record.uri = job.file.uri;
    outcome_.record.bytes = job.file.bytes;
    outcome_.record.modified_ms = job.file.modified_ms;
    outcome_.record.indexed_ms = now_ms();
  }

  Status run(std::unique_ptr<Decoder>& decoder, const Cancellation& cancellation) {
    Stopwatch watch;
    const std::uint64_t bytes_max = settings_.limits.source_bytes_max;
    Result<std::string> bytes = job_.file.standard_input ? read_standard_input(bytes_max)
                                                         : settings_.files.read(job_.file.uri, bytes_max);
    if (!bytes) return fail(bytes.error());
    outcome_.bytes = bytes->size();
    if (job_.file.standard_input) {
      outcome_.record.bytes = bytes->size();
      outcome_.record.modified_ms = outcome_.record.indexed_ms;
    }
    const std::string name = valid_utf8(job_.file.uri);
    if (!job_.file.named && job_.known.empty() && !bytes->empty() && sniff_format(name, *bytes).empty()) {
      return pass_over();
    }
    outcome_.record.digest = sha256_hex(*bytes) + settings_.metadata_digest;
    outcome_.decode_seconds = watch.seconds();
    if (unchanged()) return end_unchanged();
    if (!decoder) {
      KINDLING_TRY(decoder, Decoder::start(settings_.limits, settings_.options.decoder));
    }
    return decode(*decoder, name, *bytes, cancellation);
  }

 private:
  // Whether the index was made from these bytes and, if this run gives metadata, with the same.
  [[nodiscard]] bool unchanged() const {
    if (!job_.before || job_.before->digest.empty()) return false;
    const std::string_view before = job_.before->digest;
    const std::string_view now = outcome_.record.digest;
    const bool same = settings_.metadata_digest.empty() ? before.starts_with(now) : before == now;
    return same && !is_passing(error_code_named(job_.before->error_code).value_or(ErrorCode::malformed));
  }

  Status end_unchanged() {
    outcome_.kind = ReadOutcome::Kind::unchanged;
    outcome_.record.digest = job_.before->digest;
    outcome_.record.error_code = job_.before->error_code;
    outcome_.record.error_message = job_.before->error_message;
    outcome_.failure = remembered_failure(*job_.before);
    outcome_.kept = job_.known.size();
    return on_event_(std::move(outcome_));
  }

  Status pass_over() {
    outcome_.kind = ReadOutcome::Kind::passed_over;
    outcome_.record.error_code = to_string(ErrorCode::unsupported);
    outcome_.record.error_message = "binary data, not text";
    return on_event_(std::move(outcome_));
  }

  Status fail(Error error) {
    outcome_.kind = ReadOutcome::Kind::failed;
    const bool for_memory = error.code == ErrorCode::too_large && settings_.less_than_asked();
    if (for_memory) error.mend = "give more with --memory";
    outcome_.remember = !is_passing(error.code) && !job_.file.standard_input && !for_memory;
    outcome_.record.error_code = to_string(error.code);
    outcome_.failure = failure_of(job_.file.uri, std::move(error));
    outcome_.record.error_message = outcome_.failure->message;
    outcome_.kept = unseen().size();
    return on_event_(std::move(outcome_));
  }

  Status decode(Decoder& decoder, const std::string& name, const std::string& bytes,
                const Cancellation& cancellation) {
    Stopwatch watch;
    Status stopped;  // of our own accord: `on_event_` did not want any more
    double own_seconds = 0;
    const auto on_document = [&](DecodedDocument decoded) -> Status {
      const Stopwatch own;
      stopped = take(std::move(decoded));
      own_seconds += own.seconds();
      return stopped;
    };
    Status decoded = decoder.decode(
        name, bytes, on_document, [this](Error error) { take_bad_record(std::move(error)); }, cancellation);
    outcome_.decode_seconds += watch.seconds() - own_seconds;
    if (!stopped) return stopped;
    if (!decoded && decoded.error().code == ErrorCode::cancelled) return decoded;
    KINDLING_TRY_VOID(cancellation.check());
    if (!decoded) return fail(std::move(decoded).error());
    return end_read();
  }

  Status end_read() {
    outcome_.kind = ReadOutcome::Kind::read;
    if (bad_records_ > 0) {
      Error error = first_bad_record_;
      error.where.clear();
      error.mend.clear();
      error.why =
          std::to_string(bad_records_) + (bad_records_ == 1 ? " record" : " records") + " left out: " + told_;
      if (bad_records_ > bad_records_told_max) error.why += " ...";
      outcome_.failure = failure_of(job_.file.uri, error);
      outcome_.record.error_code = to_string(error.code);
      outcome_.record.error_message = outcome_.failure->message;
      outcome_.kept = unseen().size();  // whether they are gone, or among the bad records, we cannot know
    } else {
      outcome_.vanished = unseen();
    }
    return on_event_(std::move(outcome_));
  }

  [[nodiscard]] std::vector<std::string> unseen() const {
    std::vector<std::string> uris;
    for (const auto& [uri, digest] : job_.known) {
      if (!seen_.contains(uri)) uris.push_back(uri);
    }
    std::sort(uris.begin(), uris.end());
    return uris;
  }

  void take_bad_record(Error error) {
    if (bad_records_ == 0) first_bad_record_ = error;
    if (bad_records_ < bad_records_told_max) told_ += (told_.empty() ? "" : ", ") + error.sentence();
    ++bad_records_;
  }

  Status take(DecodedDocument decoded) {
    const std::string uri = decoded.id.empty() ? job_.file.uri : job_.file.uri + "#" + decoded.id;
    if (!seen_.insert(uri).second) {
      take_bad_record({ErrorCode::malformed, "record " + valid_utf8(decoded.id), "the same id stands twice",
                       "the first was indexed; give the others ids of their own"});
      return {};
    }
    take_warnings(decoded);
    for (const auto& [key, value] : settings_.options.metadata.members()) decoded.metadata.set(key, value);
    const std::string digest = decoded.id.empty() ? outcome_.record.digest : digest_of_record(decoded);
    const auto known = job_.known.find(uri);
    if (known != job_.known.end() && known->second == digest) return on_event_(UnchangedDocument{});
    return on_event_(ReadDocument{make_document(uri, digest, std::move(decoded)), known != job_.known.end()});
  }

  void take_warnings(const DecodedDocument& decoded) {
    const std::string place = decoded.id.empty() ? "" : decoded.id + ": ";
    for (const std::string& warning : decoded.text.warnings) {
      if (outcome_.warnings.size() < warnings_per_file_max) outcome_.warnings.push_back(place + warning);
    }
  }

  [[nodiscard]] static std::string digest_of_record(const DecodedDocument& decoded) {
    Json record = Json::object();
    record.set("id", decoded.id).set("title", decoded.text.title).set("text", decoded.text.utf8);
    record.set("metadata", decoded.metadata);
    return sha256_hex(to_string(record));
  }

  [[nodiscard]] Document make_document(const std::string& uri, const std::string& digest,
                                       DecodedDocument decoded) {
    const Stopwatch watch;
    Document document;
    document.uri = uri;
    document.name = decoded.id.empty() ? sha256_hex(uri).substr(0, 12) : decoded.id;
    document.source = job_.file.uri;
    document.digest = digest;
    document.modified_ms = outcome_.record.modified_ms;
    document.metadata = std::move(decoded.metadata);
    document.text = std::move(decoded.text);
    if (document.text.title.empty() && decoded.id.empty()) document.text.title = title_from_name(uri);
    constexpr std::size_t looked_at = 4096;  // detect_language reads no more
    const std::string beginning = document.text.title + "\n" + document.text.utf8.substr(0, looked_at);
    document.language = detect_language(beginning);
    if (!settings_.options.dry_run) {
      Chunking chunking =
          chunk(document.text, settings_.tokenizer,
                {.chunk_tokens = settings_.chunk_tokens, .section_tokens = 4 * settings_.chunk_tokens});
      document.heading_paths = std::move(chunking.heading_paths);
      document.sections = std::move(chunking.sections);
      document.chunks = std::move(chunking.chunks);
      document.sentences = std::move(chunking.sentences);
    }
    outcome_.chunk_seconds += watch.seconds();
    return document;
  }

  const ReadSettings& settings_;
  ReadJob& job_;
  const std::function<Status(ReadEvent)>& on_event_;
  ReadOutcome outcome_;
  std::unordered_set<std::string> seen_;  // uris of this file's documents
  std::uint64_t bad_records_ = 0;
  Error first_bad_record_;
  std::string told_;
};

}  // namespace

IngestFailure failure_of(const std::string& uri, Error error) {
  if (error.where == uri) error.where.clear();
  return {uri, error.code, error.sentence()};
}

std::optional<IngestFailure> remembered_failure(const SourceRecord& record) {
  if (record.error_code.empty()) return std::nullopt;
  return IngestFailure{record.uri, error_code_named(record.error_code).value_or(ErrorCode::malformed),
                       record.error_message};
}

bool is_passing(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed:
    case ErrorCode::unsupported:
    case ErrorCode::encrypted:
    case ErrorCode::no_text:
    case ErrorCode::too_large:
    case ErrorCode::decoder_crashed:
      return false;
    default:
      return true;
  }
}

Status FileReader::read(ReadJob job, const std::function<Status(ReadEvent)>& on_event,
                        const Cancellation& cancellation) {
  return OneFile(settings_, job, on_event).run(decoder_, cancellation);
}

}  // namespace kindling
