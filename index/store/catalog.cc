#include "index/store/catalog.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/bytes.h"
#include "base/json.h"
#include "index/store/catalog_schema.h"
#include "index/store/index_files.h"

namespace kindling {
namespace {

constexpr std::uint64_t u32_max = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t i64_max = std::numeric_limits<std::int64_t>::max();

std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t count_of(const Statement& statement, int column) {
  return static_cast<std::uint64_t>(statement.integer(column));
}
std::uint32_t small_of(const Statement& statement, int column) {
  return static_cast<std::uint32_t>(statement.integer(column));
}

std::string settings_text(const IndexSettings& settings) {
  return to_string(Json::object({{"encoder", settings.encoder},
                                 {"encoder_fingerprint", settings.encoder_fingerprint},
                                 {"dimensions", settings.dimensions},
                                 {"tokenizer", settings.tokenizer},
                                 {"tokenizer_fingerprint", settings.tokenizer_fingerprint},
                                 {"chunk_tokens", settings.chunk_tokens},
                                 {"analyzer", settings.analyzer}}));
}

std::uint32_t source_check(const SourceRecord& source) {
  std::string bytes;
  put_string(bytes, source.uri);
  put_fixed(bytes, source.bytes);
  put_fixed(bytes, source.modified_ms);
  put_string(bytes, source.digest);
  put_fixed(bytes, source.indexed_ms);
  put_string(bytes, source.error_code);
  put_string(bytes, source.error_message);
  return crc32c(bytes);
}

SourceRecord source_of(const Statement& row) {
  return {.uri = std::string(row.text(0)),
          .bytes = count_of(row, 1),
          .modified_ms = row.integer(2),
          .digest = std::string(row.text(3)),
          .indexed_ms = row.integer(4),
          .error_code = std::string(row.text(5)),
          .error_message = std::string(row.text(6))};
}

Result<Database> open_readable(Files& files, const std::filesystem::path& path) {
  auto database = Database::open(path, Database::Access::read);
  if (database.ok()) {
    const auto probe = database->integer("PRAGMA user_version");
    if (probe.ok()) return database;
    if (probe.error().code != ErrorCode::unreadable) return probe.error();
  } else if (database.error().code != ErrorCode::unreadable) {
    return database;
  }
  // A folder that cannot be written: SQLite cannot share locks there. Nobody writes, so the file may be read as
  // it is, unless a crashed writer left its latest commits in the log.
  const auto log = files.info(path.string() + "-wal");
  if (log.ok() && log->bytes > 0) {
    return Error{ErrorCode::unreadable, path.string(),
                 "its last commits lie in a log that cannot be read without writing",
                 "open the index once as a user who may write to its folder"};
  }
  return Database::open(path, Database::Access::immutable);
}

}  // namespace

std::string page_list(std::span<const std::uint32_t> pages_of_chunks) {
  const std::set<std::uint32_t> pages(pages_of_chunks.begin(), pages_of_chunks.end());
  Json list = Json::array();
  for (const std::uint32_t page : pages) {
    if (page != 0) list.push(page);
  }
  return to_string(list);
}

Error Catalog::corrupt(std::string_view place, std::string_view why) const {
  return corrupt_index(path_, place, why);
}

Result<Catalog> Catalog::open_to_read(Files& files, const std::filesystem::path& folder,
                                      std::string_view file) {
  const std::filesystem::path path = folder / file;
  if (const auto info = files.info(path); !info.ok()) {
    if (info.error().code == ErrorCode::not_found) return missing_index(folder);
    return info.error();
  }
  KINDLING_TRY(auto database, open_readable(files, path));
  Catalog catalog(std::move(database), path);
  KINDLING_TRY_VOID(catalog.database_.execute("BEGIN"));
  KINDLING_TRY(const bool empty, catalog.is_empty());
  if (empty) return missing_index(folder);  // a writer died, or is at work, before its first commit
  KINDLING_TRY_VOID(catalog.check_format());
  return catalog;
}

Result<Catalog> Catalog::open_to_write(Files& files, const std::filesystem::path& folder,
                                       const IndexSettings& settings, std::string_view file) {
  const std::filesystem::path path = folder / file;
  KINDLING_TRY(auto database, Database::open(path, Database::Access::write));
  Catalog catalog(std::move(database), path);
  KINDLING_TRY_VOID(catalog.database_.execute("PRAGMA synchronous = FULL"));
  KINDLING_TRY(const bool empty, catalog.is_empty());
  if (empty) {
    KINDLING_TRY_VOID(catalog.create(settings));
    KINDLING_TRY_VOID(files.sync_directory(folder));
  } else {
    KINDLING_TRY_VOID(catalog.check_format());
    KINDLING_TRY_VOID(catalog.check_settings(settings));
  }
  return catalog;
}

Result<bool> Catalog::is_empty() const {
  KINDLING_TRY(const auto tables, database_.integer("SELECT count(*) FROM sqlite_schema"));
  KINDLING_TRY(const auto version, database_.integer("PRAGMA user_version"));
  return tables == 0 && version == 0;
}

Status Catalog::check_format() const {
  KINDLING_TRY(const auto application, database_.integer("PRAGMA application_id"));
  if (application != catalog_application_id) return corrupt("header", "not the catalog of an index");
  KINDLING_TRY(const std::uint64_t version, format_version());
  std::multiset<std::string_view> expected(catalog_schema.begin(), catalog_schema.end());
  if (version == catalog_version_with_snapshots) {
    expected.insert(snapshots_schema);
  } else if (version != index_format_version) {
    return other_index_version(path_, version);
  }
  KINDLING_TRY(auto row,
               database_.prepare("SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"));
  for (;;) {
    KINDLING_TRY(const bool more, row.step());
    if (!more) break;
    const auto at = expected.find(row.text(0));
    if (at == expected.end()) return corrupt("schema", "holds a table that does not belong there");
    expected.erase(at);
  }
  if (!expected.empty()) return corrupt("schema", "lacks a table");
  return {};
}

Status Catalog::create(const IndexSettings& settings) {
  KINDLING_TRY_VOID(database_.execute("PRAGMA journal_mode = WAL"));
  KINDLING_TRY_VOID(begin());
  for (const char* statement : catalog_schema) KINDLING_TRY_VOID(database_.execute(statement));
  KINDLING_TRY_VOID(put_settings(settings));
  KINDLING_TRY(auto put, database_.prepare("INSERT INTO meta (key, value) VALUES (?, ?)"));
  for (const std::string_view counter : {"commits", "next_segment", "next_part"}) {
    KINDLING_TRY_VOID(put.bind(counter).bind(std::int64_t{1}).run());
  }
  const std::string application = "PRAGMA application_id = " + std::to_string(catalog_application_id);
  const std::string version = "PRAGMA user_version = " + std::to_string(index_format_version);
  KINDLING_TRY_VOID(database_.execute(application.c_str()));
  KINDLING_TRY_VOID(database_.execute(version.c_str()));
  return commit();
}

Status Catalog::put_settings(const IndexSettings& settings) {
  KINDLING_TRY(auto put, database_.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"));
  const std::string text = settings_text(settings);
  KINDLING_TRY_VOID(put.bind("settings").bind(text).run());
  return put.bind("settings_check").bind(std::int64_t{crc32c(text)}).run();
}

Result<std::string> Catalog::meta_text(std::string_view key) const {
  KINDLING_TRY(auto row, database_.prepare("SELECT value FROM meta WHERE key = ?"));
  KINDLING_TRY(const bool found, row.bind(key).step());
  if (!found) return corrupt("table meta", "lacks the key " + std::string(key));
  return std::string(row.text(0));
}

Result<std::uint64_t> Catalog::meta_count(std::string_view key) const {
  KINDLING_TRY(auto row, database_.prepare("SELECT value FROM meta WHERE key = ?"));
  KINDLING_TRY(const bool found, row.bind(key).step());
  if (!found || !row.is_count(0, i64_max))
    return corrupt("table meta", "the key " + std::string(key) + " is damaged");
  return count_of(row, 0);
}

Result<IndexSettings> Catalog::settings() const {
  KINDLING_TRY(const std::string text, meta_text("settings"));
  KINDLING_TRY(const std::uint64_t check, meta_count("settings_check"));
  const auto parsed = parse_json(text);
  if (crc32c(text) != check || !parsed.ok()) return corrupt("table meta", "the settings are damaged");
  const Json& json = *parsed;
  const auto count = [&](std::string_view key) { return static_cast<std::uint32_t>(json[key].as_integer()); };
  return IndexSettings{.encoder = std::string(json["encoder"].as_string()),
                       .encoder_fingerprint = std::string(json["encoder_fingerprint"].as_string()),
                       .dimensions = count("dimensions"),
                       .tokenizer = std::string(json["tokenizer"].as_string()),
                       .tokenizer_fingerprint = std::string(json["tokenizer_fingerprint"].as_string()),
                       .chunk_tokens = count("chunk_tokens"),
                       .analyzer = count("analyzer")};
}

Status Catalog::check_settings(const IndexSettings& wanted) const {
  KINDLING_TRY(const IndexSettings built, settings());
  if (built == wanted) return {};
  const std::string where = path_.parent_path().string();
  const std::string mend =
      "give the same one, index into another folder with --index DIR, or make all vectors anew "
      "with: kindling reencode --encoder DIR";
  const auto name = [](const std::string& encoder) {
    return encoder.empty() ? std::string("no encoder") : encoder;
  };
  if (built.analyzer != wanted.analyzer) {
    return Error{ErrorCode::index_version, where,
                 "its search terms follow version " + std::to_string(built.analyzer) + " of the rules, not " +
                     std::to_string(wanted.analyzer),
                 "delete the folder and index again"};
  }
  if (built.encoder != wanted.encoder || built.dimensions != wanted.dimensions) {
    return Error{ErrorCode::encoder_mismatch, where,
                 "built with " + name(built.encoder) + " (" + std::to_string(built.dimensions) +
                     " dimensions), not " + name(wanted.encoder) + " (" + std::to_string(wanted.dimensions) +
                     ")",
                 mend};
  }
  if (built.encoder_fingerprint != wanted.encoder_fingerprint) {
    return Error{ErrorCode::encoder_mismatch, where, "built with other weights of " + name(built.encoder),
                 mend};
  }
  if (built.chunk_tokens != wanted.chunk_tokens) {
    return Error{ErrorCode::encoder_mismatch, where,
                 "built with chunks of " + std::to_string(built.chunk_tokens) + " tokens, not " +
                     std::to_string(wanted.chunk_tokens),
                 "leave --chunk-tokens out, or index into another folder with --index DIR"};
  }
  return Error{ErrorCode::encoder_mismatch, where,
               "counted with the tokenizer " + built.tokenizer + ", not " + wanted.tokenizer,
               "give an encoder with the same one, or index into another folder with --index DIR"};
}

Result<CatalogState> Catalog::state() const {
  CatalogState state;
  KINDLING_TRY(state.commits, meta_count("commits"));
  KINDLING_TRY(state.settings, settings());
  KINDLING_TRY_VOID(read_segments(state));
  KINDLING_TRY_VOID(read_vectors(state));
  KINDLING_TRY_VOID(read_removed(state));
  return state;
}

Status Catalog::read_segments(CatalogState& state) const {
  KINDLING_TRY(
      auto row,
      database_.prepare("SELECT number, bytes, header_check, documents, chunks FROM segments ORDER BY number"));
  for (;;) {
    KINDLING_TRY(const bool more, row.step());
    if (!more) return {};
    const bool sound = row.is_count(0, i64_max) && row.is_count(1, i64_max) && row.is_count(2, u32_max) &&
                       row.is_count(3, u32_max) && row.is_count(4, u32_max);
    if (!sound) return corrupt("table segments", "a row is damaged");
    state.segments.push_back(
        {count_of(row, 0), count_of(row, 1), small_of(row, 2), small_of(row, 3), small_of(row, 4)});
  }
}

Status Catalog::read_vectors(CatalogState& state) const {
  KINDLING_TRY(auto row,
               database_.prepare("SELECT segment, part, first, count, bytes, header_check FROM vectors "
                                 "ORDER BY segment, first"));
  auto segment = state.segments.begin();
  std::uint64_t free_from = 0;
  for (;;) {
    KINDLING_TRY(const bool more, row.step());
    if (!more) return {};
    const bool sound = row.is_count(0, i64_max) && row.is_count(1, i64_max) && row.is_count(2, u32_max) &&
                       row.is_count(3, u32_max) && row.is_count(4, i64_max) && row.is_count(5, u32_max);
    if (!sound) return corrupt("table vectors", "a row is damaged");
    const CatalogVectors part{count_of(row, 0), count_of(row, 1), small_of(row, 2),
                              small_of(row, 3), count_of(row, 4), small_of(row, 5)};
    while (segment != state.segments.end() && segment->number < part.segment) {
      ++segment;
      free_from = 0;
    }
    const bool fits = segment != state.segments.end() && segment->number == part.segment &&
                      part.first >= free_from && part.count > 0 &&
                      std::uint64_t{part.first} + part.count <= segment->chunks;
    if (!fits)
      return corrupt("table vectors", "segment " + std::to_string(part.segment) + " has no such chunks");
    free_from = std::uint64_t{part.first} + part.count;
    state.vectors.push_back(part);
  }
}

Status Catalog::read_removed(CatalogState& state) const {
  KINDLING_TRY(auto row, database_.prepare("SELECT segment, slot FROM removed ORDER BY segment, slot"));
  auto segment = state.segments.begin();
  for (;;) {
    KINDLING_TRY(const bool more, row.step());
    if (!more) return {};
    if (!row.is_count(0, i64_max) || !row.is_count(1, u32_max))
      return corrupt("table removed", "a row is damaged");
    const Slot slot{count_of(row, 0), small_of(row, 1)};
    while (segment != state.segments.end() && segment->number < slot.segment) ++segment;
    const bool fits =
        segment != state.segments.end() && segment->number == slot.segment && slot.slot < segment->documents;
    if (!fits)
      return corrupt("table removed", "segment " + std::to_string(slot.segment) + " has no such document");
    state.removed.push_back(slot);
  }
}

Result<std::optional<Slot>> Catalog::find_uri(std::string_view uri) const {
  KINDLING_TRY(auto row, database_.prepare("SELECT segment, slot FROM documents WHERE uri = ?"));
  KINDLING_TRY(const bool found, row.bind(uri).step());
  if (!found) return std::optional<Slot>();
  return std::optional<Slot>(Slot{count_of(row, 0), small_of(row, 1)});
}

Result<std::vector<Slot>> Catalog::find_name(std::string_view name) const {
  KINDLING_TRY(
      auto row,
      database_.prepare("SELECT segment, slot FROM documents WHERE name = ? ORDER BY segment, slot LIMIT ?"));
  row.bind(name).bind(names_max);
  std::vector<Slot> slots;
  for (;;) {
    KINDLING_TRY(const bool more, row.step());
    if (!more) return slots;
    slots.push_back({count_of(row, 0), small_of(row, 1)});
  }
}

Result<std::vector<Slot>> Catalog::matching(const FilterSql& filter) const {
  KINDLING_TRY(auto row, database_.prepare("SELECT segment, slot FROM documents WHERE " + filter.condition));
  for (const auto& value : filter.values) {
    std::visit([&](const auto& held) { row.bind(held); }, value);
  }
  std::vector<Slot> slots;
  for (;;) {
    KINDLING_TRY(const bool more, row.step());
    if (!more) return slots;
    slots.push_back({count_of(row, 0), small_of(row, 1)});
  }
}

Result<std::optional<SourceRecord>> Catalog::source(std::string_view uri) const {
  KINDLING_TRY(auto row, database_.prepare(
                             "SELECT uri, bytes, modified_ms, digest, indexed_ms, error_code, error_message "
                             "FROM sources WHERE uri = ?"));
  KINDLING_TRY(const bool found, row.bind(uri).step());
  if (!found) return std::optional<SourceRecord>();
  return std::optional<SourceRecord>(source_of(row));
}

Result<std::vector<SourceRecord>> Catalog::sources() const {
  KINDLING_TRY(auto row, database_.prepare(
                             "SELECT uri, bytes, modified_ms, digest, indexed_ms, error_code, error_message "
                             "FROM sources ORDER BY uri"));
  std::vector<SourceRecord> sources;
  for (;;) {
    KINDLING_TRY(const bool more, row.step());
    if (!more) return sources;
    sources.push_back(source_of(row));
  }
}

Result<std::vector<KnownDocument>> Catalog::documents_of(std::string_view source) const {
  KINDLING_TRY(auto row,
               database_.prepare("SELECT uri, name, digest FROM documents WHERE source = ? ORDER BY uri"));
  row.bind(source);
  std::vector<KnownDocument> documents;
  for (;;) {
    KINDLING_TRY(const bool more, row.step());
    if (!more) return documents;
    documents.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2))});
  }
}

Result<std::vector<CatalogDocument>> Catalog::documents() const {
  KINDLING_TRY(auto row,
               database_.prepare("SELECT segment, slot, uri, name, source, digest, title, format, pages, "
                                 "metadata, modified_ms FROM documents ORDER BY segment, slot"));
  std::vector<CatalogDocument> documents;
  const auto text = [&](int column) { return std::string(row.text(column)); };
  for (;;) {
    KINDLING_TRY(const bool more, row.step());
    if (!more) return documents;
    documents.push_back({{count_of(row, 0), small_of(row, 1)},
                         text(2),
                         text(3),
                         text(4),
                         text(5),
                         text(6),
                         text(7),
                         text(8),
                         text(9),
                         row.integer(10)});
  }
}

Result<std::vector<std::pair<std::string, std::string>>> Catalog::check_rows() const {
  std::vector<std::pair<std::string, std::string>> problems;
  KINDLING_TRY(auto integrity, database_.prepare("PRAGMA integrity_check"));
  for (;;) {
    KINDLING_TRY(const bool more, integrity.step());
    if (!more) break;
    if (integrity.text(0) != "ok") problems.emplace_back("SQLite", std::string(integrity.text(0)));
  }
  KINDLING_TRY(auto row, database_.prepare("SELECT uri, bytes, modified_ms, digest, indexed_ms, error_code, "
                                           "error_message, row_check FROM sources"));
  for (;;) {
    KINDLING_TRY(const bool more, row.step());
    if (!more) break;
    const SourceRecord source = source_of(row);
    if (row.integer(7) != source_check(source)) {
      problems.emplace_back("table sources row " + source.uri, "its checksum does not match");
    }
  }
  return problems;
}

Status Catalog::begin() {
  KINDLING_TRY_VOID(database_.execute("BEGIN IMMEDIATE"));
  in_transaction_ = true;
  return {};
}

Status Catalog::commit() {
  KINDLING_TRY_VOID(database_.execute("UPDATE meta SET value = value + 1 WHERE key = 'commits'"));
  auto committed = database_.execute("COMMIT");
  if (!committed.ok()) {
    outcome_unknown_ = true;
    return committed;
  }
  in_transaction_ = false;
  return {};
}

void Catalog::roll_back() {
  if (!in_transaction_) return;
  // Fails only when SQLite has rolled back already, as it does on a full disk.
  (void)database_.execute("ROLLBACK").ok();
  in_transaction_ = false;
}

Status Catalog::put_document(Slot slot, const Document& document) {
  KINDLING_TRY_VOID(remove_document(document.uri));
  std::vector<std::uint32_t> pages;
  for (const Chunk& chunk : document.chunks) pages.push_back(chunk.page);
  KINDLING_TRY(auto put, database_.prepare(
                             "INSERT INTO documents (segment, slot, uri, name, source, digest, title, format, "
                             "modified_ms, pages, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  put.bind(signed_of(slot.segment)).bind(std::int64_t{slot.slot}).bind(document.uri).bind(document.name);
  put.bind(document.source).bind(document.digest).bind(document.text.title).bind(document.text.format);
  put.bind(document.modified_ms).bind(page_list(pages)).bind(to_string(document.metadata));
  return put.run();
}

Status Catalog::move_document(Slot from, Slot to) {
  KINDLING_TRY(auto move,
               database_.prepare("UPDATE documents SET segment = ?, slot = ? WHERE segment = ? AND slot = ?"));
  move.bind(signed_of(to.segment)).bind(std::int64_t{to.slot});
  return move.bind(signed_of(from.segment)).bind(std::int64_t{from.slot}).run();
}

Status Catalog::remove_document(std::string_view uri) {
  KINDLING_TRY(const auto slot, find_uri(uri));
  if (!slot) return {};
  KINDLING_TRY(auto bury, database_.prepare("INSERT INTO removed (segment, slot) VALUES (?, ?)"));
  KINDLING_TRY_VOID(bury.bind(signed_of(slot->segment)).bind(std::int64_t{slot->slot}).run());
  KINDLING_TRY(auto remove, database_.prepare("DELETE FROM documents WHERE uri = ?"));
  return remove.bind(uri).run();
}

Status Catalog::put_source(const SourceRecord& source) {
  KINDLING_TRY(auto put,
               database_.prepare("INSERT OR REPLACE INTO sources (uri, bytes, modified_ms, digest, indexed_ms, "
                                 "error_code, error_message, row_check) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
  put.bind(source.uri).bind(signed_of(source.bytes)).bind(source.modified_ms).bind(source.digest);
  put.bind(source.indexed_ms).bind(source.error_code).bind(source.error_message);
  return put.bind(std::int64_t{source_check(source)}).run();
}

Status Catalog::remove_source(std::string_view uri) {
  KINDLING_TRY(auto remove, database_.prepare("DELETE FROM sources WHERE uri = ?"));
  return remove.bind(uri).run();
}

Status Catalog::put_segment(const CatalogSegment& segment) {
  KINDLING_TRY(auto put,
               database_.prepare("INSERT INTO segments (number, bytes, header_check, documents, chunks) "
                                 "VALUES (?, ?, ?, ?, ?)"));
  put.bind(signed_of(segment.number)).bind(signed_of(segment.bytes)).bind(std::int64_t{segment.check});
  return put.bind(std::int64_t{segment.documents}).bind(std::int64_t{segment.chunks}).run();
}

Status Catalog::put_vectors(const CatalogVectors& vectors) {
  KINDLING_TRY(auto put,
               database_.prepare("INSERT INTO vectors (segment, part, first, count, bytes, header_check) "
                                 "VALUES (?, ?, ?, ?, ?, ?)"));
  put.bind(signed_of(vectors.segment)).bind(signed_of(vectors.part)).bind(std::int64_t{vectors.first});
  return put.bind(std::int64_t{vectors.count})
      .bind(signed_of(vectors.bytes))
      .bind(std::int64_t{vectors.check})
      .run();
}

Status Catalog::remove_segment(std::uint64_t segment) {
  for (const std::string_view sql :
       {"DELETE FROM segments WHERE number = ?", "DELETE FROM vectors WHERE segment = ?",
        "DELETE FROM removed WHERE segment = ?"}) {
    KINDLING_TRY(auto remove, database_.prepare(sql));
    KINDLING_TRY_VOID(remove.bind(signed_of(segment)).run());
  }
  return {};
}

Status Catalog::remove_vectors(std::uint64_t segment, std::uint64_t part) {
  KINDLING_TRY(auto remove, database_.prepare("DELETE FROM vectors WHERE segment = ? AND part = ?"));
  return remove.bind(signed_of(segment)).bind(signed_of(part)).run();
}

Result<std::uint64_t> Catalog::take_number(std::string_view key) {
  KINDLING_TRY(const std::uint64_t number, meta_count(key));
  KINDLING_TRY(auto raise, database_.prepare("UPDATE meta SET value = value + 1 WHERE key = ?"));
  KINDLING_TRY_VOID(raise.bind(key).run());
  return number;
}

Result<std::uint64_t> Catalog::take_segment_number() { return take_number("next_segment"); }
Result<std::uint64_t> Catalog::take_part_number() { return take_number("next_part"); }

}  // namespace kindling
