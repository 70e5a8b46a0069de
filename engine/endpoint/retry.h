// When a refused request may be sent again, and after how long: as the official client decides it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/cancellation.h"
#include "engine/generator.h"
#include "net/http_client.h"

namespace kindling {

// Statuses 408, 409, 429 and from 500; a header x-should-retry overrules.
[[nodiscard]] bool may_retry(int status, const HttpResponse& response);

// What the server asks for: retry-after-ms, then retry-after in seconds or as a date (RFC 9110 section 10.2.3),
// then, with status 429, when its limits are free again: x-ratelimit-reset-requests and -tokens ("1m30.5s",
// "120ms"), x-ratelimit-reset (seconds, or a moment in seconds or milliseconds since 1970); the last of those
// whose x-ratelimit-remaining does not say that something is left. Absent when there is none, or none that is
// more than 0 and at most 120 s.
[[nodiscard]] std::optional<std::chrono::milliseconds> asked_delay(const HttpResponse& response,
                                                                   std::int64_t now_ms);

// Our own: base * 2^retry, at most 8 s, less up to a quarter at random, so that clients do not come back
// together.
[[nodiscard]] std::chrono::milliseconds own_delay(unsigned retry, std::chrono::milliseconds base,
                                                  std::uint64_t random);

// Sleeps for so long. Errors: `cancelled`, `timed_out`, within some 10 ms.
[[nodiscard]] Status pause_for(std::chrono::milliseconds delay, const Cancellation& cancellation);

// "6m0s", "1h2m3.5s", "120ms", and a bare number of seconds; absent if it is none of these.
[[nodiscard]] std::optional<double> parse_duration_ms(std::string_view text);

// "Wed, 21 Oct 2015 07:28:00 GMT" to milliseconds since 1970.
[[nodiscard]] std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace kindling
