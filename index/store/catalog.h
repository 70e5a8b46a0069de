// The catalog: one SQLite file that says which files are the index, which documents are live and what is known
// of sources.
//
// A transaction of it is the index's commit point. Files it names are on disk before it is committed and are
// deleted after they left it. Tables, keys and checks are described in docs/index_format.md. One thread at a
// time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "index/document.h"
#include "index/filter_sql.h"
#include "index/snapshot.h"
#include "index/store/index_files.h"
#include "index/store/sqlite.h"
#include "index/writer.h"

namespace kindling {

struct Slot {
  std::uint64_t segment = 0;
  std::uint32_t slot = 0;
  friend auto operator<=>(const Slot&, const Slot&) = default;
};

struct CatalogSegment {
  std::uint64_t number = 0;
  std::uint64_t bytes = 0;
  std::uint32_t check = 0;  // of the file's header
  std::uint32_t documents = 0;
  std::uint32_t chunks = 0;
};

struct CatalogVectors {
  std::uint64_t segment = 0;
  std::uint64_t part = 0;
  std::uint32_t first = 0;  // chunk of the segment
  std::uint32_t count = 0;
  std::uint64_t bytes = 0;
  std::uint32_t check = 0;
};

struct CatalogState {
  std::uint64_t commits = 0;  // transactions so far: two equal numbers, one state
  IndexSettings settings;
  std::vector<CatalogSegment> segments;  // by number
  std::vector<CatalogVectors> vectors;   // by segment and first chunk; inside their segments, not overlapping
  std::vector<Slot> removed;             // by segment and slot; inside their segments
};

// A document's row as verify reads it back.
struct CatalogDocument {
  Slot slot;
  std::string uri, name, source, digest, title, format, pages, metadata;
  std::int64_t modified_ms = 0;
};

// A named snapshot: a copy of the catalog as it was, and so of the files that it names.
struct CatalogSnapshot {
  std::string name;
  std::uint64_t commits = 0;  // of its state
  std::int64_t created_ms = 0;
  std::uint64_t bytes = 0;  // of the copy
  std::uint32_t check = 0;  // its CRC-32C
};

// The column `pages`: the distinct pages on which chunks begin, as a JSON array; 0 (no page) left out.
[[nodiscard]] std::string page_list(std::span<const std::uint32_t> pages_of_chunks);

class Catalog {
 public:
  // Begins a reading transaction that lasts as long as the object: what it reads is one state.
  // Errors: `index_missing`, `index_version`, `index_corrupt`, `unreadable`, `io`.
  [[nodiscard]] static Result<Catalog> open_to_read(Files& files, const std::filesystem::path& folder,
                                                    std::string_view file = catalog_file_name);
  // The catalog as it was when the snapshot was made; never changes. Its checksum is compared while it is at
  // most checked_bytes_max long, or `whole` is asked for. Errors: as above, and `not_found`.
  [[nodiscard]] static Result<Catalog> open_snapshot(Files& files, const std::filesystem::path& folder,
                                                     const CatalogSnapshot& snapshot, bool whole = false);
  // Creates the catalog when there is none. Requires the index's lock. Errors: also `encoder_mismatch`,
  // `disk_full`.
  [[nodiscard]] static Result<Catalog> open_to_write(Files& files, const std::filesystem::path& folder,
                                                     const IndexSettings& settings,
                                                     std::string_view file = catalog_file_name);

  [[nodiscard]] Result<CatalogState> state() const;
  [[nodiscard]] Result<std::optional<Slot>> find_uri(std::string_view uri) const;
  [[nodiscard]] Result<std::vector<Slot>> find_name(std::string_view name) const;  // at most names_max
  [[nodiscard]] Result<std::vector<Slot>> matching(const FilterSql& filter) const;
  [[nodiscard]] Result<std::optional<SourceRecord>> source(std::string_view uri) const;
  [[nodiscard]] Result<std::vector<SourceRecord>> sources() const;
  [[nodiscard]] Result<std::vector<KnownDocument>> documents_of(std::string_view source) const;
  // For verify: all rows, and what SQLite and the rows' own checks find wrong (place, message).
  [[nodiscard]] Result<std::vector<CatalogDocument>> documents() const;
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> check_rows() const;

  // Writing: between `begin` and `commit`; `roll_back` after anything failed.
  Status begin();
  Status commit();
  void roll_back();
  // Whether the last step of a commit failed: then the transaction may be found on disk after a crash or not,
  // and files that it names must stay until the catalog is opened again.
  [[nodiscard]] bool outcome_unknown() const { return outcome_unknown_; }
  Status put_document(Slot slot, const Document& document);
  Status move_document(Slot from, Slot to);
  Status remove_document(std::string_view uri);
  Status put_source(const SourceRecord& source);
  Status remove_source(std::string_view uri);
  Status put_segment(const CatalogSegment& segment);
  Status put_vectors(const CatalogVectors& vectors);
  Status remove_segment(std::uint64_t segment);  // with its vectors and tombstones
  Status remove_vectors(std::uint64_t segment, std::uint64_t part);
  Status remove_all_vectors();
  Status put_settings(const IndexSettings& settings);
  // Makes the segments and removed slots those of `state`: for a shadow, whose own vectors stay where their
  // segments do.
  Status take_over(const CatalogState& state);
  // Numbers for files, never given twice once committed.
  [[nodiscard]] Result<std::uint64_t> take_segment_number();
  [[nodiscard]] Result<std::uint64_t> take_part_number();
  // Takes `count` of them and returns the first; `put_next_part` says where a shadow goes on counting.
  [[nodiscard]] Result<std::uint64_t> reserve_part_numbers(std::uint64_t count);
  Status put_next_part(std::uint64_t next);

  // Named snapshots, oldest first. Writing as above.
  [[nodiscard]] Result<std::vector<CatalogSnapshot>> snapshots() const;
  Status put_snapshot(const CatalogSnapshot& snapshot);
  Status remove_snapshot(std::string_view name);
  [[nodiscard]] Result<std::uint64_t> commits() const { return meta_count("commits"); }
  // Outside of a transaction: the bytes of a file with all that is committed.
  [[nodiscard]] Result<std::string> copy() const { return database_.serialize(); }

  static constexpr std::int64_t names_max = 10;
  static constexpr std::uint64_t checked_bytes_max = 64ULL << 20;

 private:
  Catalog(Database database, std::filesystem::path path)
      : database_(std::move(database)), path_(std::move(path)) {}
  [[nodiscard]] Result<bool> is_empty() const;
  [[nodiscard]] Status check_format() const;
  [[nodiscard]] Result<std::uint64_t> format_version() const;
  [[nodiscard]] Status create(const IndexSettings& settings);
  [[nodiscard]] Result<IndexSettings> settings() const;
  [[nodiscard]] Status check_settings(const IndexSettings& wanted) const;
  [[nodiscard]] Result<std::string> meta_text(std::string_view key) const;
  [[nodiscard]] Result<std::uint64_t> meta_count(std::string_view key) const;
  [[nodiscard]] Result<std::uint64_t> take_number(std::string_view key);
  [[nodiscard]] Status read_segments(CatalogState& state) const;
  [[nodiscard]] Status read_vectors(CatalogState& state) const;
  [[nodiscard]] Status read_removed(CatalogState& state) const;
  [[nodiscard]] Error corrupt(std::string_view place, std::string_view why) const;

  Database database_;
  std::filesystem::path path_;
  bool in_transaction_ = false;
  bool outcome_unknown_ = false;
};

}  // namespace kindling
