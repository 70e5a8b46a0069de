#include "engine/endpoint/retry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <thread>

#include "base/env.h"

namespace kindling {
namespace {

constexpr double delay_max_ms = 8'000;
constexpr double asked_max_ms = 120'000;
constexpr std::chrono::milliseconds pause_step{10};

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<int> parse_digits(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<unsigned> month_number(std::string_view name) {
  constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto at = std::find(months.begin(), months.end(), name);
  if (at == months.end()) return std::nullopt;
  return static_cast<unsigned>(at - months.begin()) + 1;
}

// A span of time, or a moment: no span of more than 30 years is meant.
std::optional<double> parse_reset_ms(std::string_view text, std::int64_t now_ms) {
  constexpr double moment_seconds_min = 1e9;
  constexpr double moment_ms_min = 1e12;
  const auto now = static_cast<double>(now_ms);
  if (const auto number = parse_number(text)) {
    if (*number >= moment_ms_min) return *number - now;
    if (*number >= moment_seconds_min) return *number * 1e3 - now;
  }
  return parse_duration_ms(text);
}

std::optional<double> until_reset_ms(const HttpResponse& response, std::int64_t now_ms) {
  std::optional<double> last;
  for (const std::string name : {"-requests", "-tokens", ""}) {
    const auto remaining = parse_number(response.header("x-ratelimit-remaining" + name));
    const auto reset = parse_reset_ms(response.header("x-ratelimit-reset" + name), now_ms);
    if (reset && (!remaining || *remaining <= 0)) last = std::max(*reset, last.value_or(0));
  }
  return last;
}

}  // namespace

bool may_retry(int status, const HttpResponse& response) {
  if (response.header("x-should-retry") == "true") return true;
  if (response.header("x-should-retry") == "false") return false;
  return status == 408 || status == 409 || status == 429 || status >= 500;
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  // Day-name, DD Mon YYYY HH:MM:SS GMT: fixed positions.
  if (text.size() != 29 || text[3] != ',' || text[19] != ':' || text[22] != ':' || text.substr(25) != " GMT")
    return std::nullopt;
  const auto day = parse_digits(text.substr(5, 2));
  const auto month = month_number(text.substr(8, 3));
  const auto year = parse_digits(text.substr(12, 4));
  const auto hour = parse_digits(text.substr(17, 2));
  const auto minute = parse_digits(text.substr(20, 2));
  const auto second = parse_digits(text.substr(23, 2));
  if (!day || !month || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  const auto moment =
      days + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  return std::chrono::duration_cast<std::chrono::milliseconds>(moment).count();
}

std::optional<double> parse_duration_ms(std::string_view text) {
  if (const auto seconds = parse_number(text)) return *seconds * 1e3;
  constexpr std::array<std::pair<std::string_view, double>, 6> units = {
      {{"ms", 1}, {"us", 1e-3}, {"ns", 1e-6}, {"h", 3'600e3}, {"m", 60e3}, {"s", 1e3}}};
  double total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto value = parse_number(text.substr(0, digits));
    text.remove_prefix(digits);
    const auto unit =
        std::find_if(units.begin(), units.end(), [&](const auto& u) { return text.starts_with(u.first); });
    if (!value || unit == units.end()) return std::nullopt;
    total += *value * unit->second;
    text.remove_prefix(unit->first.size());
  }
  return total;
}

std::optional<std::chrono::milliseconds> asked_delay(const HttpResponse& response, std::int64_t now_ms) {
  std::optional<double> delay_ms = parse_number(response.header("retry-after-ms"));
  const std::string_view after = response.header("retry-after");
  if (!delay_ms) {
    if (const auto seconds = parse_number(after)) delay_ms = *seconds * 1e3;
  }
  if (!delay_ms) {
    if (const auto moment = parse_http_date(after)) delay_ms = static_cast<double>(*moment - now_ms);
  }
  if (!delay_ms && response.status == 429) delay_ms = until_reset_ms(response, now_ms);
  if (!delay_ms || !(*delay_ms > 0) || *delay_ms > asked_max_ms) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(*delay_ms)));
}

std::chrono::milliseconds own_delay(unsigned retry, std::chrono::milliseconds base, std::uint64_t random) {
  const double grown = std::min(static_cast<double>(base.count()) * std::exp2(retry), delay_max_ms);
  const double share = static_cast<double>(random >> 11) * 0x1p-53;
  return std::chrono::milliseconds(static_cast<std::int64_t>(grown * (1 - .25 * share)));
}

Status pause_for(std::chrono::milliseconds delay, const Cancellation& cancellation) {
  const Stopwatch watch;
  while (watch.milliseconds() < static_cast<double>(delay.count())) {
    KINDLING_TRY_VOID(cancellation.check());
    std::this_thread::sleep_for(std::min(delay, pause_step));
  }
  return {};
}

}  // namespace kindling
