#include "index/store/sqlite.h"

#include <sqlite3.h>

#include "index/store/index_files.h"

namespace kindling {
namespace {

// Long enough for the moments in which another process opens, recovers or closes the log.
constexpr int busy_timeout_ms = 10'000;

// "file:" names with every byte that could mean something in a URI escaped.
std::string immutable_uri(const std::filesystem::path& path) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string uri = "file:";
  for (const char c : path.string()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                       c == '.' || c == '-' || c == '_';
    if (plain) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri += '%';
      uri += digits[byte >> 4];
      uri += digits[byte & 15];
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

Error sqlite_error(int code, std::string_view where, std::string_view message) {
  const std::string place(where);
  const Error full{ErrorCode::disk_full, place, "no space left on the device", "free some space and run again"};
  if (code == SQLITE_IOERR_SHMSIZE) return full;  // the index of the log could not grow
  switch (code & 0xff) {
    case SQLITE_FULL:
      return full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return corrupt_index(place, "", message);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return {ErrorCode::unreadable, place, std::string(message),
              "check the permissions of the file and its folder"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::index_locked, place, "held by another process", "run again in a moment"};
    default:
      return {ErrorCode::io, place, std::string(message), ""};
  }
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

void Statement::note(int code) {
  if (code != SQLITE_OK) bind_error_ = code;
}

Statement& Statement::bind(std::int64_t value) {
  note(sqlite3_bind_int64(statement_.get(), ++bound_, value));
  return *this;
}

Statement& Statement::bind(double value) {
  note(sqlite3_bind_double(statement_.get(), ++bound_, value));
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  note(sqlite3_bind_text64(statement_.get(), ++bound_, text.data() == nullptr ? "" : text.data(), text.size(),
                           SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Result<bool> Statement::step() {
  if (bind_error_ != SQLITE_OK) {
    const int code = bind_error_;
    reset();
    return sqlite_error(code, where_, sqlite3_errstr(code));
  }
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  Error error = sqlite_error(code, where_, sqlite3_errmsg(sqlite3_db_handle(statement_.get())));
  reset();
  return error;
}

Status Statement::run() {
  for (;;) {
    KINDLING_TRY(const bool row, step());
    if (!row) break;
  }
  reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bound_ = 0;
  bind_error_ = SQLITE_OK;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string_view Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::is_count(int column, std::uint64_t max) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_INTEGER && integer(column) >= 0 &&
         static_cast<std::uint64_t>(integer(column)) <= max;
}

Result<Database> Database::open(const std::filesystem::path& path, Access access) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  if (access == Access::immutable) flags |= SQLITE_OPEN_URI;
  const std::string name = access == Access::immutable ? immutable_uri(path) : path.string();
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  Database database(handle, path.string());
  if (code != SQLITE_OK) return sqlite_error(code, database.where_, sqlite3_errstr(code));
  sqlite3_busy_timeout(handle, busy_timeout_ms);
  // The file may be foreign: nothing in its schema may call functions or change what we did not ask for.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return sqlite_error(code, where_, sqlite3_errmsg(database_.get()));
  return Statement(statement, where_);
}

Status Database::execute(const char* sql) const {
  const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return sqlite_error(code, where_, sqlite3_errmsg(database_.get()));
  return {};
}

Result<std::int64_t> Database::integer(const char* sql) const {
  KINDLING_TRY(auto statement, prepare(sql));
  KINDLING_TRY(const bool row, statement.step());
  return row ? statement.integer(0) : std::int64_t{0};
}

Result<std::string> Database::serialize() const {
  const auto release = [](unsigned char* bytes) { sqlite3_free(bytes); };
  sqlite3_int64 size = 0;
  const std::unique_ptr<unsigned char, decltype(release)> bytes(
      sqlite3_serialize(database_.get(), "main", &size, 0), release);
  if (bytes == nullptr)
    return Error{ErrorCode::io, where_, "the catalog could not be copied", "free some memory"};
  return std::string(reinterpret_cast<const char*>(bytes.get()), static_cast<std::size_t>(size));
}

}  // namespace kindling
