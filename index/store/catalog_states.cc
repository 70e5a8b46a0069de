// The catalog's part in named snapshots and in changing the encoder.
#include <limits>
#include <utility>

#include "base/bytes.h"
#include "index/store/catalog.h"
#include "index/store/catalog_schema.h"

namespace kindling {
namespace {

constexpr std::uint64_t u32_max = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t i64_max = std::numeric_limits<std::int64_t>::max();

std::int64_t stored(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::string version_pragma(std::uint32_t version) { return "PRAGMA user_version = " + std::to_string(version); }

}  // namespace

Result<Catalog> Catalog::open_snapshot(Files& files, const std::filesystem::path& folder,
                                       const CatalogSnapshot& snapshot, bool whole) {
  const std::filesystem::path path = folder / snapshot_file_name(snapshot.commits);
  KINDLING_TRY(const auto info, files.info(path));
  if (info.bytes != snapshot.bytes) return corrupt_index(path, "", "is of another length");
  if (whole || info.bytes <= checked_bytes_max) {
    KINDLING_TRY(const auto mapped, files.map(path));
    if (crc32c(mapped->bytes()) != snapshot.check)
      return corrupt_index(path, "", "its checksum does not match");
  }
  KINDLING_TRY(auto database, Database::open(path, Database::Access::immutable));
  Catalog catalog(std::move(database), path);
  KINDLING_TRY_VOID(catalog.database_.execute("BEGIN"));
  KINDLING_TRY_VOID(catalog.check_format());
  KINDLING_TRY(const std::uint64_t commits, catalog.commits());
  if (commits != snapshot.commits)
    return corrupt_index(path, "table meta", "is another state than its name says");
  return catalog;
}

Result<std::uint64_t> Catalog::format_version() const {
  KINDLING_TRY(const auto version, database_.integer("PRAGMA user_version"));
  return static_cast<std::uint64_t>(version);
}

Result<std::vector<CatalogSnapshot>> Catalog::snapshots() const {
  std::vector<CatalogSnapshot> snapshots;
  KINDLING_TRY(const std::uint64_t version, format_version());
  if (version != catalog_version_with_snapshots) return snapshots;
  KINDLING_TRY(
      auto row,
      database_.prepare("SELECT name, number, created_ms, bytes, file_check FROM snapshots ORDER BY number"));
  for (;;) {
    KINDLING_TRY(const bool more, row.step());
    if (!more) return snapshots;
    if (!row.is_count(1, i64_max) || !row.is_count(2, i64_max) || !row.is_count(3, i64_max) ||
        !row.is_count(4, u32_max))
      return corrupt("table snapshots", "a row is damaged");
    snapshots.push_back({std::string(row.text(0)), static_cast<std::uint64_t>(row.integer(1)), row.integer(2),
                         static_cast<std::uint64_t>(row.integer(3)),
                         static_cast<std::uint32_t>(row.integer(4))});
  }
}

Status Catalog::put_snapshot(const CatalogSnapshot& snapshot) {
  KINDLING_TRY(const std::uint64_t version, format_version());
  if (version != catalog_version_with_snapshots) {
    KINDLING_TRY_VOID(database_.execute(snapshots_schema));
    KINDLING_TRY_VOID(database_.execute(version_pragma(catalog_version_with_snapshots).c_str()));
  }
  KINDLING_TRY(auto put,
               database_.prepare("INSERT INTO snapshots (name, number, created_ms, bytes, file_check) "
                                 "VALUES (?, ?, ?, ?, ?)"));
  put.bind(snapshot.name).bind(stored(snapshot.commits)).bind(snapshot.created_ms);
  return put.bind(stored(snapshot.bytes)).bind(std::int64_t{snapshot.check}).run();
}

Status Catalog::remove_snapshot(std::string_view name) {
  {
    KINDLING_TRY(auto remove, database_.prepare("DELETE FROM snapshots WHERE name = ?"));
    KINDLING_TRY_VOID(remove.bind(name).run());
  }
  KINDLING_TRY(const auto left, database_.integer("SELECT count(*) FROM snapshots"));
  if (left > 0) return {};
  KINDLING_TRY_VOID(database_.execute("DROP TABLE snapshots"));
  return database_.execute(version_pragma(index_format_version).c_str());
}

Status Catalog::remove_all_vectors() { return database_.execute("DELETE FROM vectors"); }

Status Catalog::take_over(const CatalogState& state) {
  KINDLING_TRY_VOID(database_.execute("DELETE FROM segments"));
  KINDLING_TRY_VOID(database_.execute("DELETE FROM removed"));
  for (const CatalogSegment& segment : state.segments) KINDLING_TRY_VOID(put_segment(segment));
  KINDLING_TRY(auto bury, database_.prepare("INSERT INTO removed (segment, slot) VALUES (?, ?)"));
  for (const Slot& slot : state.removed) {
    KINDLING_TRY_VOID(bury.bind(stored(slot.segment)).bind(std::int64_t{slot.slot}).run());
  }
  return database_.execute("DELETE FROM vectors WHERE segment NOT IN (SELECT number FROM segments)");
}

Result<std::uint64_t> Catalog::reserve_part_numbers(std::uint64_t count) {
  KINDLING_TRY(const std::uint64_t first, meta_count("next_part"));
  KINDLING_TRY_VOID(put_next_part(first + count));
  return first;
}

Status Catalog::put_next_part(std::uint64_t next) {
  KINDLING_TRY(auto put, database_.prepare("UPDATE meta SET value = ? WHERE key = 'next_part'"));
  return put.bind(stored(next)).run();
}

}  // namespace kindling
