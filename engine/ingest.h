// The first of the two scores: how documents get into an index.
//
//   scan -> (unchanged? skip) -> decode -> chunk -> stage -> commit   searchable by keywords
//                                     commit -> embed -> attach vectors   searchable by meaning
//
// All of it at once: files are read ahead of what is staged, and what is committed is embedded meanwhile.
//
// Run again, only what changed is read, embedded and replaced. What fails is reported and remembered;
// everything else of the run is indexed. Interrupted at any moment, the index holds what was committed, and the
// next run goes on from there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/cancellation.h"
#include "base/files.h"
#include "base/json.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "formats/decode.h"
#include "index/snapshot.h"

namespace kindling {

struct IngestOptions {
  std::vector<std::string>
      paths;  // files, folders (walked; hidden entries and symbolic links to folders skipped), "-"
  std::vector<std::string>
      include;  // globs on the path below its folder ("*.md", "docs/**"); empty: all known formats
  std::vector<std::string> exclude;
  bool prune = false;              // drop documents under the given paths whose files are gone
  bool dry_run = false;            // say what would be done, change nothing
  bool embed = true;               // false: keyword search only until a later run
  Json metadata = Json::object();  // added to every document of this run
  std::uint32_t chunk_tokens = 0;  // 16 to what the encoder reads; 0: the index's own, 128 for a new one
  unsigned threads = 0;            // 0: what the machine has
  std::string standard_input_name = "stdin";            // the uri of "-"
  DecodeLimits limits;                                  // of a file; less where `memory_bytes` asks for it
  std::uint64_t memory_bytes = std::uint64_t{1} << 30;  // engine/ingest/ingest_memory.h says of what
  std::filesystem::path decoder;  // the kindling-decode to use; empty: beside this executable
};

inline constexpr std::uint32_t chunk_tokens_default = 128;

// What an index made with this encoder says of itself.
[[nodiscard]] IndexSettings index_settings_of(const Encoder& encoder, std::uint32_t chunk_tokens);

struct IngestFailure {
  std::string uri;
  ErrorCode code{};
  std::string message;  // why and mend, with the place inside the file
};

struct IngestReport {
  std::uint64_t added = 0, updated = 0, unchanged = 0, removed = 0;  // documents
  std::uint64_t failed = 0;           // files that could not be read, or not whole: as many as `failures`
  std::uint64_t chunks = 0;           // in the index now
  std::uint64_t tokens = 0;           // in the index now, by its tokenizer
  std::uint64_t embedded_chunks = 0;  // in this run
  std::uint64_t embedded_tokens = 0;
  std::uint64_t pending_embeddings = 0;
  std::vector<IngestFailure> failures;
  std::vector<std::string> warnings;  // "notes.pdf: page 3: no text layer"
  // total, scan, decode, chunk, write, embed; all but total and scan ran at the same time, decode and chunk are
  // sums over threads.
  std::vector<std::pair<std::string, double>> seconds;
};

struct IngestProgress {
  // scan; then read and embed, side by side; then join (segments that become one, last).
  enum class Stage { scan, read, embed, join };
  Stage stage = Stage::scan;
  std::uint64_t done = 0, total = 0;  // files, chunks, or merges; total 0: not known
  std::uint64_t units_done = 0;       // bytes read, or tokens embedded
  double seconds = 0;                 // since the stage had something to do
  std::uint64_t units_total = 0;      // bytes to read; 0: not known
  std::uint64_t settled = 0;          // chunks whose vectors are in the index
  bool ended = false;
};

// Called on the caller's thread, at most ten times a second for each stage and once at its end. May be empty.
using OnIngestProgress = std::function<void(const IngestProgress&)>;

// What the rules are:
// - A file is unchanged if its size and time are and it was not written within two seconds before it was read;
// else its
//   digest decides. Of a file of records only those are replaced whose content changed; records that are gone
//   are removed.
// - What failed for reasons of its bytes is remembered, and reported again without decoding until it changes.
// What the index
//   had of it before stays. Binary files found in folders (not named, not chosen by `include`) are passed over.
// - Metadata of the run is part of a document: other metadata makes it an update, none leaves unchanged files
// as they are.
// - Pruning looks at the disk, not at the patterns: what exists and is excluded stays. It refuses (`usage`) to
// drop more than
//   half of the index's documents (and more than 20) when a path given is missing or a folder given has become
//   empty.
// - uris are the bytes of the absolute path; they need not be valid UTF-8 (JSON output replaces what is not).
//
// The encoder's tokenizer bounds the chunks; its vectors are left for a later run when options.embed is false.
// An encoder that fails is told at the end: until then everything is read and committed.
// Memory: options.memory_bytes, for all that grows with the collection.
// Errors (the index stays as it was): those of Writer::open, `usage` (no path, chunk_tokens, memory_bytes),
// `not_found` for a path that does not exist (before anything is read; with prune: if the index knows nothing
// below it either), `configuration` (no decoder), `disk_full`, `io`, `cancelled` (what was committed before
// stays). A run with failures is no error.
[[nodiscard]] Result<IngestReport> ingest(const std::filesystem::path& index, const IngestOptions& options,
                                          const Encoder& encoder, const OnIngestProgress& on_progress,
                                          const Cancellation& cancellation);

// The same with other files than the system's.
[[nodiscard]] Result<IngestReport> ingest(Files& files, const std::filesystem::path& index,
                                          const IngestOptions& options, const Encoder& encoder,
                                          const OnIngestProgress& on_progress,
                                          const Cancellation& cancellation);

}  // namespace kindling
