// The first of the two scores: how documents get into an index.
//
//   scan -> (unchanged? skip) -> decode -> chunk -> stage -> commit   searchable by keywords
//                                                        -> embed -> attach vectors   searchable by meaning
//
// Run again, only what changed is read, embedded and replaced. What fails is reported and remembered; everything else of
// the run is indexed. Interrupted at any moment, the index holds what was committed, and the next run goes on from there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/cancellation.h"
#include "base/json.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "formats/decode.h"

namespace kindling {

struct IngestOptions {
  std::vector<std::string> paths;      // files, folders (walked; hidden entries and symbolic links to folders skipped), "-"
  std::vector<std::string> include;    // globs on the path below its folder ("*.md", "docs/**"); empty: all known formats
  std::vector<std::string> exclude;
  bool prune = false;                  // drop documents under the given paths whose files are gone
  bool dry_run = false;                // say what would be done, change nothing
  bool embed = true;                   // false: keyword search only until a later run
  Json metadata = Json::object();      // added to every document of this run
  std::uint32_t chunk_tokens = 128;    // of a new index
  unsigned threads = 0;                // 0: what the machine has
  std::string standard_input_name = "stdin";  // the uri of "-"
  DecodeLimits limits;
  std::filesystem::path decoder;       // the kindling-decode to use; empty: beside this executable
};

struct IngestFailure {
  std::string uri;
  ErrorCode code{};
  std::string message;   // why and mend, with the place inside the file
};

struct IngestReport {
  std::uint64_t added = 0, updated = 0, unchanged = 0, removed = 0, failed = 0;  // documents; a failed file counts one
  std::uint64_t chunks = 0;           // in the index now
  std::uint64_t tokens = 0;           // in the index now, by its tokenizer
  std::uint64_t embedded_chunks = 0;  // in this run
  std::uint64_t embedded_tokens = 0;
  std::uint64_t pending_embeddings = 0;
  std::vector<IngestFailure> failures;
  std::vector<std::string> warnings;  // "notes.pdf: page 3: no text layer"
  std::vector<std::pair<std::string, double>> seconds;  // total, scan, decode, chunk, write, embed
};

struct IngestProgress {
  enum class Stage { scan, read, embed };
  Stage stage = Stage::scan;
  std::uint64_t done = 0, total = 0;        // files or chunks; total 0: not known
  std::uint64_t units_done = 0;             // bytes read, or tokens embedded
  double seconds = 0;                       // since the stage began
};

using OnIngestProgress = std::function<void(const IngestProgress&)>;

// `encoder` may be null when options.embed is false and the index has vectors of none; its tokenizer bounds the chunks.
// Errors (the index stays as it was): those of Writer::open, `not_found` for a path that does not exist (before anything is
// read), `disk_full`, `io`, `cancelled` (what was committed before stays). A run with failures is no error.
[[nodiscard]] Result<IngestReport> ingest(const std::filesystem::path& index, const IngestOptions& options,
                                          const Encoder& encoder, const OnIngestProgress& on_progress,
                                          const Cancellation& cancellation);

}  // namespace kindling
