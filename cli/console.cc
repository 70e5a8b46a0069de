#include "cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/env.h"
#include "cli/text_layout.h"

namespace kindling {
namespace {

constexpr std::size_t width_without_terminal = 100;
constexpr std::size_t width_max = 120;  // longer lines are hard to read

std::size_t terminal_width(int descriptor) {
  winsize size{};
  if (::isatty(descriptor) != 1 || ::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
    return width_without_terminal;
  }
  return size.ws_col;
}

bool wants_color(std::string_view color) {
  if (color == "always") return true;
  if (color == "never") return false;
  return ::isatty(STDOUT_FILENO) == 1 && environment("TERM").value_or("dumb") != "dumb";
}

std::string_view escape_of(Tint tint) {
  switch (tint) {
    case Tint::none:
      return "";
    case Tint::strong:
      return "\x1b[1m";
    case Tint::faint:
      return "\x1b[2m";
    case Tint::name:
      return "\x1b[36m";
    case Tint::good:
      return "\x1b[32m";
    case Tint::bad:
      return "\x1b[31m";
  }
  return "";
}

}  // namespace

Console::Console(bool json, bool json_lines, std::string_view color)
    : json_(json),
      json_lines_(json_lines),
      color_(wants_color(color)),
      width_(std::min(width_max, terminal_width(STDOUT_FILENO))) {}

void Console::print(std::string_view text) {
  if (!text.empty()) std::fwrite(text.data(), 1, text.size(), stdout);  // an empty view may have no address
}

void Console::print_line(std::string_view text) {
  print(text);
  print("\n");
}

std::string Console::tinted(Tint tint, std::string_view text) const {
  std::string safe = harmless(text);
  if (!color_ || tint == Tint::none || safe.empty()) return safe;
  return std::string(escape_of(tint)) + safe + "\x1b[0m";
}

void Console::print_json(const Json& object) {
  Json whole = Json::object({{"schema_version", 1}});
  for (const auto& [name, value] : object.members()) whole.set(name, value);
  print_line(to_string(whole));
  if (json_lines_) std::fflush(stdout);
}

void Console::note(std::string_view verb, std::string_view sentence) {
  std::fflush(stdout);  // on one terminal, what was said first stands first
  const Error line{ErrorCode::io, "kindling: " + std::string(verb), std::string(sentence), ""};
  const std::string text = line.sentence() + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void Console::report(std::string_view verb, const Error& error) {
  if (json_) {
    print_json(Json::object({{"error", Json::object({{"code", to_string(error.code)},
                                                     {"message", error.why},
                                                     {"where", error.where},
                                                     {"mend", error.mend}})}}));
  }
  note(verb, error.sentence());
}

Status Console::flush() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return {};
  const int why = errno;
  return Error{why == ENOSPC ? ErrorCode::disk_full : ErrorCode::io, "stdout", std::strerror(why),
               "what was printed is not whole"};
}

bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }
bool stdin_is_terminal() { return ::isatty(STDIN_FILENO) == 1; }
std::size_t stderr_width() { return terminal_width(STDERR_FILENO); }

Result<std::string> read_standard_input(std::uint64_t bytes_max) {
  std::string bytes;
  std::array<char, 1 << 16> part{};
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, part.data(), part.size());
    if (got == 0) return bytes;
    if (got < 0 && errno == EINTR) return Error{ErrorCode::cancelled, "stdin", "interrupted", ""};
    if (got < 0) return Error{ErrorCode::io, "stdin", std::strerror(errno), ""};
    bytes.append(part.data(), static_cast<std::size_t>(got));
    if (bytes.size() > bytes_max) {
      return Error{ErrorCode::too_large, "stdin", "more than " + std::to_string(bytes_max) + " bytes",
                   "give less"};
    }
  }
}

}  // namespace kindling
