// The catalog's tables, word for word: a catalog whose schema differs is not read.
#pragma once

#include <array>
#include <cstdint>

namespace kindling {

inline constexpr std::int64_t catalog_application_id = 0x4b4e444c;  // "KNDL"

inline constexpr std::array catalog_schema = {
    // settings (JSON) and settings_check (its CRC-32C); commits, next_segment, next_part (counters)
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE segments (number INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, header_check INTEGER NOT NULL, "
    "documents INTEGER NOT NULL, chunks INTEGER NOT NULL)",
    "CREATE TABLE vectors (segment INTEGER NOT NULL, part INTEGER NOT NULL, first INTEGER NOT NULL, "
    "count INTEGER NOT NULL, bytes INTEGER NOT NULL, header_check INTEGER NOT NULL, PRIMARY KEY (segment, "
    "part)) "
    "WITHOUT ROWID",
    "CREATE TABLE removed (segment INTEGER NOT NULL, slot INTEGER NOT NULL, PRIMARY KEY (segment, slot)) "
    "WITHOUT ROWID",
    "CREATE TABLE sources (uri TEXT PRIMARY KEY, bytes INTEGER NOT NULL, modified_ms INTEGER NOT NULL, "
    "digest TEXT NOT NULL, indexed_ms INTEGER NOT NULL, error_code TEXT NOT NULL, error_message TEXT NOT NULL, "
    "row_check INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE documents (segment INTEGER NOT NULL, slot INTEGER NOT NULL, uri TEXT NOT NULL UNIQUE, "
    "name TEXT NOT NULL, source TEXT NOT NULL, digest TEXT NOT NULL, title TEXT NOT NULL, format TEXT NOT "
    "NULL, "
    "modified_ms INTEGER NOT NULL, pages TEXT NOT NULL, metadata TEXT NOT NULL, PRIMARY KEY (segment, slot)) "
    "WITHOUT ROWID",
    "CREATE INDEX documents_by_name ON documents (name)",
    "CREATE INDEX documents_by_source ON documents (source)",
};

// There is this table too while an index has named snapshots, and only then; number is the count of commits
// that the snapshot's state has, and stands in the name of its file.
inline constexpr const char* snapshots_schema =
    "CREATE TABLE snapshots (name TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, created_ms INTEGER NOT "
    "NULL, "
    "bytes INTEGER NOT NULL, file_check INTEGER NOT NULL) WITHOUT ROWID";

}  // namespace kindling
