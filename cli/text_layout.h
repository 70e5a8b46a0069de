// Numbers and texts for people to read: grouped digits, sizes, durations, paragraphs of a width.
//
// Pure functions; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kindling {

[[nodiscard]] std::string grouped(std::uint64_t number);                         // 1,234,567
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);  // "1 document", "2 documents"
[[nodiscard]] std::string shown_bytes(std::uint64_t bytes);         // 812 B, 4.1 kB, 83.5 MB (powers of 1000)
[[nodiscard]] std::string shown_seconds(double seconds);            // 84 ms, 3.2 s, 4 min 05 s
[[nodiscard]] std::string shown_milliseconds(double milliseconds);  // 0.84 ms, 12.3 ms
[[nodiscard]] std::string decimal(double number, int digits);       // 0.731
[[nodiscard]] std::string shown_time(std::int64_t ms_since_1970);   // 2024-05-01T12:00:00Z

// Columns that a terminal uses for `text`: East Asian wide characters count two, combining marks none (about).
[[nodiscard]] std::size_t columns(std::string_view text);

// Padded with blanks to `width` columns: on the right, or on the left for numbers.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);
[[nodiscard]] std::string padded_left(std::string_view text, std::size_t width);

// At most `width` columns, the rest replaced by an ellipsis.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t width);

// Runs of white space become one blank.
[[nodiscard]] std::string on_one_line(std::string_view text);

// Lines of at most `width` columns, broken at blanks (inside a word only where it alone is longer).
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width);

// What a terminal would take for a command (control characters but newline and tab) replaced by U+FFFD.
[[nodiscard]] std::string harmless(std::string_view text);

}  // namespace kindling
