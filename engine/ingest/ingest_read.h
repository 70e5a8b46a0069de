// One file to documents: read, compared with what the index knows, decoded, cut up.
//
// Called from many threads at once, each with its own FileReader.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/cancellation.h"
#include "base/files.h"
#include "engine/ingest.h"
#include "engine/ingest/ingest_scan.h"
#include "formats/decode.h"
#include "index/document.h"
#include "index/writer.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

// What all files of a run have in common. Borrows; outlives the readers.
struct ReadSettings {
  Files& files;
  const IngestOptions& options;
  const Tokenizer& tokenizer;
  std::uint32_t chunk_tokens;
  std::string metadata_digest;  // of options.metadata; empty when there is none
  DecodeLimits limits;          // those of the options, or less where memory is

  [[nodiscard]] bool less_than_asked() const {
    return limits.source_bytes_max < options.limits.source_bytes_max ||
           limits.text_bytes_max < options.limits.text_bytes_max;
  }
};

struct ReadJob {
  ScannedFile file;
  std::optional<SourceRecord> before;                  // what the index remembers of it
  std::unordered_map<std::string, std::string> known;  // uri -> digest of its documents in the index
};

struct ReadDocument {
  Document document;
  bool replaces = false;  // one that the index has of that uri
};

// A document that is in the index as it is.
struct UnchangedDocument {};

// What became of a file; comes after its documents.
struct ReadOutcome {
  enum class Kind : std::uint8_t {
    read,         // as it is now; with bad records, `record.error_code` is set and `failure` says which
    unchanged,    // the bytes are those that the index has: nothing was decoded
    failed,       // `failure` says why; what the index has of it stays
    passed_over,  // binary and found in a folder: nobody asked for it
  };
  Kind kind = Kind::failed;
  SourceRecord record;
  bool remember = true;  // whether `record` is to be stored: a passing trouble is tried again next time
  std::optional<IngestFailure> failure;
  std::vector<std::string> vanished;  // uris of documents that the file no longer has
  std::uint64_t kept = 0;             // documents that stay in the index without having been seen
  std::vector<std::string> warnings;
  std::uint64_t bytes = 0;
  double decode_seconds = 0;  // reading and hashing included
  double chunk_seconds = 0;
};

using ReadEvent = std::variant<ReadDocument, UnchangedDocument, ReadOutcome>;

// A failure of the file as the report tells it; the uri is taken out of its text.
[[nodiscard]] IngestFailure failure_of(const std::string& uri, Error error);

// What the index remembers of a file that could not be read whole.
[[nodiscard]] std::optional<IngestFailure> remembered_failure(const SourceRecord& record);

// Failures that depend on more than the file's bytes: never remembered.
[[nodiscard]] bool is_passing(ErrorCode code);

class FileReader {
 public:
  explicit FileReader(const ReadSettings& settings) : settings_(settings) {}

  // Hands each document to `on_event`, then the outcome; stops early if that returns an error. The decoder is
  // started when it is first needed. Memory: the file's bytes and one document. Errors: of `on_event`;
  // `cancelled`; `configuration` and `not_found` if there is no decoder. Not those of the file.
  [[nodiscard]] Status read(ReadJob job, const std::function<Status(ReadEvent)>& on_event,
                            const Cancellation& cancellation);

 private:
  const ReadSettings& settings_;
  std::unique_ptr<Decoder> decoder_;
};

}  // namespace kindling
