// Lines that a person types: with editing and history where stdin is a terminal (libedit), as they are where it
// is not.
//
// The history lasts as long as the reader; nothing is written to disk. One at a time in a process.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace kindling {

class LineReader {
 public:
  // `prompt` is shown on a terminal only.
  explicit LineReader(std::string prompt);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // Without its line break; nothing at the end of input. Errors: `too_large` past `line_bytes_max` (the rest of
  // the line is skipped), `cancelled` when a signal interrupts the waiting, `io`.
  [[nodiscard]] Result<std::optional<std::string>> next();

  static constexpr std::size_t line_bytes_max = 1u << 20;

 private:
  class Terminal;
  Result<std::optional<std::string>> next_from_pipe();

  std::unique_ptr<Terminal> terminal_;  // null: no terminal
  std::string pending_;                 // read, not yet given
};

}  // namespace kindling
