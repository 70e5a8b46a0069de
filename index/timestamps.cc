#include "index/timestamps.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace kindling {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_ms = 24 * 60 * minute_ms;

// Reads fixed shapes; after the first mismatch everything fails.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    if (rest_.size() < count) ok_ = false;
    for (std::size_t i = 0; ok_ && i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') ok_ = false;
      value = value * 10 + (rest_[i] - '0');
    }
    if (ok_) rest_.remove_prefix(count);
    return value;
  }
  bool take(char c) {
    if (!ok_ || rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) ok_ = false;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<std::int64_t> read_date(Reader& reader) {
  const int year = reader.digits(4);
  reader.expect('-');
  const int month = reader.digits(2);
  reader.expect('-');
  const int day = reader.digits(2);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!reader.ok() || !date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * day_ms;
}

// Milliseconds that UTC lies behind the time written.
std::int64_t read_zone(Reader& reader) {
  if (reader.at_end() || reader.take('Z')) return 0;
  const bool ahead = reader.take('+');
  if (!ahead) reader.expect('-');
  const int hours = reader.digits(2);
  reader.expect(':');
  const int minutes = reader.digits(2);
  const std::int64_t offset = (hours * 60 + minutes) * minute_ms;
  return ahead ? offset : -offset;
}

}  // namespace

std::optional<TimeRange> parse_time(std::string_view text) {
  Reader reader(text);
  const auto date = read_date(reader);
  if (!date) return std::nullopt;
  if (reader.at_end()) return TimeRange{*date, *date + day_ms};

  if (!reader.take('T')) reader.expect(' ');
  const int hour = reader.digits(2);
  reader.expect(':');
  const int minute = reader.digits(2);
  std::int64_t begin = *date + (hour * 60 + minute) * minute_ms;
  std::int64_t length = minute_ms;
  int second = 0;
  if (reader.take(':')) {
    second = reader.digits(2);
    begin += second * 1000;
    length = 1000;
    if (reader.take('.')) {
      begin += reader.digits(3);
      length = 1;
    }
  }
  begin -= read_zone(reader);
  if (!reader.ok() || !reader.at_end() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return TimeRange{begin, begin + length};
}

std::string to_minute(std::int64_t time_ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(time_ms)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time - day).count();
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(minutes / 60), static_cast<int>(minutes % 60));
  return text.data();
}

}  // namespace kindling
