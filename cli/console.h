// Where a command speaks: data on stdout, everything else on stderr; colours only where a person looks.
//
// Nothing from a document reaches a terminal with its control characters. Not thread-safe, except
// `stderr_is_terminal`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace kindling {

enum class Tint { none, strong, faint, name, good, bad };

class Console {
 public:
  // `color`: "auto", "always" or "never".
  Console(bool json, bool json_lines, std::string_view color);

  [[nodiscard]] bool json() const { return json_; }              // --json
  [[nodiscard]] bool json_lines() const { return json_lines_; }  // --json --stream
  [[nodiscard]] std::size_t width() const { return width_; }  // columns of stdout; 100 when it is no terminal

  // Text for a person, as it is; nothing is added. Styled parts come from `tinted`.
  void print(std::string_view text);
  void print_line(std::string_view text = {});
  // The text made harmless, in a colour when colours are on.
  [[nodiscard]] std::string tinted(Tint tint, std::string_view text) const;

  // One object on one line, "schema_version" in front.
  void print_json(const Json& object);

  // "kindling: VERB: SENTENCE" on stderr.
  void note(std::string_view verb, std::string_view sentence);
  // The error as a line on stderr, and with --json also as an object on stdout.
  void report(std::string_view verb, const Error& error);

  // Whether everything printed has been written. Errors: `io`, `disk_full`.
  [[nodiscard]] Status flush();

 private:
  bool json_;
  bool json_lines_;
  bool color_;
  std::size_t width_;
};

[[nodiscard]] bool stderr_is_terminal();
[[nodiscard]] bool stdin_is_terminal();
[[nodiscard]] std::size_t stderr_width();

// All of stdin. Errors: `too_large` past `bytes_max`, `io`, `cancelled` when a signal interrupts the waiting.
[[nodiscard]] Result<std::string> read_standard_input(std::uint64_t bytes_max);

}  // namespace kindling
