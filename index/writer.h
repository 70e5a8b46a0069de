// The one writer of an index: stages documents, commits them as an immutable segment, attaches vectors later.
//
// The commit point is one transaction of the catalog (SQLite): segment files are written and synced before it,
// so that a crash at any moment leaves the state before or after a commit, and files that belong to neither are
// removed by the next writer. Readers are never blocked. Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/files.h"
#include "base/result.h"
#include "index/document.h"
#include "index/snapshot.h"

namespace kindling {

// What the index remembers of a file that was read, so that an unchanged one is not read again.
struct SourceRecord {
  std::string uri;  // absolute path or the caller's name
  std::uint64_t bytes = 0;
  std::int64_t modified_ms = 0;
  std::string digest;           // sha256 of its bytes
  std::int64_t indexed_ms = 0;  // when it was read
  std::string error_code;       // empty when it was read whole
  std::string error_message;
};

struct KnownDocument {
  std::string uri;
  std::string name;
  std::string digest;
};

class Writer {
 public:
  // Opens the index in `folder`, or creates it (with missing parent folders). `settings` are checked against an
  // existing index. Errors: `index_locked` naming the holder, `index_version`, `index_corrupt`,
  // `encoder_mismatch` (the mend says how to rebuild), `disk_full`, `io`.
  [[nodiscard]] static Result<std::unique_ptr<Writer>> open(Files& files, const std::filesystem::path& folder,
                                                            const IndexSettings& settings);
  virtual ~Writer() = default;  // drops what is staged and not committed

  // Committed and staged state together.
  [[nodiscard]] virtual Result<std::optional<SourceRecord>> source(std::string_view uri) const = 0;
  [[nodiscard]] virtual Result<std::vector<SourceRecord>> sources() const = 0;
  [[nodiscard]] virtual Result<std::vector<KnownDocument>> documents_of(std::string_view source_uri) const = 0;

  // Stages. A document replaces the one of the same uri. A source record replaces the one of the same uri.
  virtual Status put(Document document) = 0;
  virtual Status put_source(const SourceRecord& source) = 0;
  virtual Status remove_document(std::string_view uri) = 0;  // ok when there is none
  virtual Status remove_source(std::string_view uri) = 0;    // with all of its documents
  [[nodiscard]] virtual std::uint64_t staged_bytes() const = 0;

  // Makes everything staged permanent and visible to new snapshots, at once. Errors leave the index as it was,
  // and what was staged is dropped.
  virtual Status commit(const Cancellation& cancellation) = 0;

  // Vectors of consecutive chunks of a committed segment (see Snapshot::pending): values [count][dimensions],
  // unit length. Permanent and visible when this returns ok. Nothing happens if the segment needs none of them
  // any more, because their documents were removed since.
  virtual Status attach_vectors(std::uint64_t segment, std::uint32_t first_in_segment, std::uint32_t count,
                                std::span<const float> values) = 0;

  // One merge of segments that is due (index/store/merge_policy.h), in its own transaction; false when none is.
  // For after a commit, until it says false: segments stay few, and a run that added little writes little (a
  // merge of more than sixteen times what this writer committed waits for a larger run).
  virtual Result<bool> merge(const Cancellation& cancellation) = 0;
  // From now on segments whose files have more than so many bytes together are not merged: merging takes some
  // five times as much memory.
  virtual void limit_merges(std::uint64_t bytes) = 0;

  // Rewrites live documents of small or mostly removed segments into one, vectors included, and deletes files
  // that no snapshot of this process needs. Results of searches do not change, except that statistics forget
  // removed documents.
  virtual Status compact(const Cancellation& cancellation) = 0;

  // Gives the committed state a name, by which Snapshot::open finds it until the name is dropped
  // (index/named_snapshots.h). Errors: `usage` for a name that is none, is taken, or is one too many; those of
  // commit.
  virtual Status keep_snapshot(std::string_view name) = 0;
  // Files that only this snapshot needs are deleted. Errors: `not_found`; those of commit.
  virtual Status drop_snapshot(std::string_view name) = 0;
};

}  // namespace kindling
