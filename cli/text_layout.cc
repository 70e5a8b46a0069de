#include "cli/text_layout.h"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "base/utf8.h"

namespace kindling {
namespace {

template <typename... Values>
std::string print(const char* format, Values... values) {
  std::array<char, 64> buffer{};
  const int size = std::snprintf(buffer.data(), buffer.size(), format, values...);
  return {buffer.data(), static_cast<std::size_t>(std::max(0, size))};
}

std::size_t columns_of(char32_t c) {
  const bool combining =
      (c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) || (c >= 0xfe00 && c <= 0xfe0f);
  const bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                    (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
                    (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                    (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
  return combining ? 0 : wide ? 2 : 1;
}

// The longest beginning of `text` that needs at most `width` columns.
std::size_t fitting_bytes(std::string_view text, std::size_t width) {
  std::size_t at = 0;
  std::size_t used = 0;
  while (at < text.size()) {
    std::size_t after = at;
    used += columns_of(next_code_point(text, after));
    if (used > width) break;
    at = after;
  }
  return at;
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string counted(std::uint64_t number, std::string_view noun) {
  return grouped(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

std::string shown_bytes(std::uint64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " B";
  constexpr std::array<const char*, 4> units = {"kB", "MB", "GB", "TB"};
  double amount = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (amount >= 999.95 && unit + 1 < units.size()) {
    amount /= 1000;
    ++unit;
  }
  return print("%.1f %s", amount, units[unit]);
}

std::string shown_seconds(double seconds) {
  if (seconds < 1) return print("%.0f ms", seconds * 1e3);
  if (seconds < 60) return print("%.1f s", seconds);
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole < 3600) return print("%ld min %02ld s", whole / 60, whole % 60);
  return print("%ld h %02ld min", whole / 3600, whole / 60 % 60);
}

std::string shown_milliseconds(double milliseconds) {
  return print(milliseconds < 10 ? "%.2f ms" : milliseconds < 1000 ? "%.1f ms" : "%.0f ms", milliseconds);
}

std::string decimal(double number, int digits) { return print("%.*f", digits, number); }

std::string shown_time(std::int64_t ms_since_1970) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(ms_since_1970)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  return print("%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
               static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
               static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
               static_cast<int>(clock.seconds().count()));
}

std::size_t columns(std::string_view text) {
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) used += columns_of(next_code_point(text, at));
  return used;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string line(text);
  for (std::size_t used = columns(text); used < width; ++used) line.push_back(' ');
  return line;
}

std::string padded_left(std::string_view text, std::size_t width) {
  const std::size_t used = columns(text);
  return std::string(used < width ? width - used : 0, ' ').append(text);
}

std::string shortened(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  return std::string(text.substr(0, fitting_bytes(text, width > 0 ? width - 1 : 0))) + "…";
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (!is_space(c)) {
      line.push_back(c);
    } else if (!line.empty() && line.back() != ' ') {
      line.push_back(' ');
    }
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::string rest = on_one_line(text);
  std::vector<std::string> lines;
  std::string_view left = rest;
  while (!left.empty()) {
    std::size_t end = fitting_bytes(left, width);
    std::size_t next = end;
    if (end < left.size()) {
      const std::size_t blank = left.rfind(' ', end);
      if (blank != std::string_view::npos && blank > 0) {
        end = blank;
        next = blank + 1;
      } else if (end == 0) {  // a width below one character
        end = next = std::max<std::size_t>(1, fitting_bytes(left, 2));
      }
    }
    lines.emplace_back(left.substr(0, end));
    left.remove_prefix(next);
  }
  return lines;
}

std::string harmless(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    const bool control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
    append_utf8(safe, control ? replacement_character : c);
  }
  return safe;
}

}  // namespace kindling
