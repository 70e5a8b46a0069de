// SQLite as the catalog needs it: prepared statements, bound values, errors as Results.
//
// Foreign bytes go into a statement only through `bind`. A Database and its statements belong to one thread at
// a time; a Statement must not outlive its Database.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace kindling {

class Statement {
 public:
  // The next parameter, in order. A value that cannot be bound fails the next `step`.
  Statement& bind(std::int64_t value);
  Statement& bind(double value);
  Statement& bind(std::string_view text);

  [[nodiscard]] Result<bool> step();  // true: a row stands ready
  Status run();  // for statements without rows: steps to the end and makes ready for the next binding
  void reset();  // ends the reading, drops the bindings

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;  // until the next step
  // Whether the column holds an integer within [0, max].
  [[nodiscard]] bool is_count(int column, std::uint64_t max) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3_stmt* statement, std::string where) : statement_(statement), where_(std::move(where)) {}
  void note(int code);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string where_;
  int bound_ = 0;
  int bind_error_ = 0;
};

class Database {
 public:
  enum class Access : std::uint8_t {
    write,  // creates the file when it is not there
    read,
    immutable,  // no locks and no log: for a folder that cannot be written
  };
  // Errors: `unreadable`, `index_corrupt`, `disk_full`, `io`.
  [[nodiscard]] static Result<Database> open(const std::filesystem::path& path, Access access);

  [[nodiscard]] Result<Statement> prepare(std::string_view sql) const;
  Status execute(const char* sql) const;  // statements of our own, without values
  [[nodiscard]] Result<std::int64_t> integer(
      const char* sql) const;  // the first column of the first row; 0 without rows
  // The whole database as the bytes of a file, committed changes in the log included. Errors: `io`.
  [[nodiscard]] Result<std::string> serialize() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  Database(sqlite3* database, std::string where) : database_(database), where_(std::move(where)) {}

  std::unique_ptr<sqlite3, Close> database_;
  std::string where_;
};

// A result code of SQLite as an error. Exposed for tests: a full disk is hard to arrange.
[[nodiscard]] Error sqlite_error(int code, std::string_view where, std::string_view message);

}  // namespace kindling
