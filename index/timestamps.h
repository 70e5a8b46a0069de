// Dates and times of day as text (ISO 8601, proleptic Gregorian, UTC).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kindling {

// Milliseconds since 1970: [begin, end).
struct TimeRange {
  std::int64_t begin_ms = 0;
  std::int64_t end_ms = 0;
};

// "2026-11-21" is the whole day; "2026-11-21T10:00", "...:59" and "...:59.250" are that minute, second or
// millisecond; then nothing or "Z" for UTC, or "+01:00". A blank may stand for the T.
[[nodiscard]] std::optional<TimeRange> parse_time(std::string_view text);

// "2026-11-21T10:00"
[[nodiscard]] std::string to_minute(std::int64_t time_ms);

}  // namespace kindling
