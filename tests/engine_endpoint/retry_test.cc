#include "engine/endpoint/retry.h"

#include <gtest/gtest.h>

namespace kindling {
namespace {

using namespace std::chrono_literals;

HttpResponse with(std::vector<std::pair<std::string, std::string>> headers) {
  HttpResponse response;
  response.headers = std::move(headers);
  return response;
}

TEST(Retry, IsForTheStatusesOfTheOfficialClient) {
  for (const int status : {408, 409, 429, 500, 502, 503, 504, 529})
    EXPECT_TRUE(may_retry(status, {})) << status;
  for (const int status : {400, 401, 402, 403, 404, 413, 422, 499})
    EXPECT_FALSE(may_retry(status, {})) << status;
}

TEST(Retry, TheServerOverrules) {
  EXPECT_TRUE(may_retry(400, with({{"x-should-retry", "true"}})));
  EXPECT_FALSE(may_retry(503, with({{"x-should-retry", "false"}})));
}

TEST(Retry, ObeysEachFormOfTheHeader) {
  EXPECT_EQ(asked_delay(with({{"retry-after", "3"}}), 0), 3'000ms);
  EXPECT_EQ(asked_delay(with({{"retry-after", "0.25"}}), 0), 250ms);
  EXPECT_EQ(asked_delay(with({{"retry-after-ms", "40"}, {"retry-after", "3"}}), 0), 40ms);
  const std::int64_t moment = parse_http_date("Wed, 21 Oct 2015 07:28:00 GMT").value();
  EXPECT_EQ(moment, 1'445'412'480'000);
  EXPECT_EQ(asked_delay(with({{"retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"}}), moment - 2'000), 2'000ms);
}

TEST(Retry, IgnoresWhatCannotBeMeant) {
  for (const auto value : {"0", "-1", "121", "soon", "", "1e99", "nan", "inf", "3 s",
                           "Wed, 21 Oct 2015 07:28:00 CET", "Wed, 31 Feb 2015 07:28:00 GMT"}) {
    EXPECT_FALSE(asked_delay(with({{"retry-after", value}}), 1'445'412'479'000)) << value;
  }
  EXPECT_FALSE(asked_delay({}, 0));
}

HttpResponse limited(std::vector<std::pair<std::string, std::string>> headers) {
  HttpResponse response = with(std::move(headers));
  response.status = 429;
  return response;
}

TEST(Retry, KnowsWhenLimitsAreFreeAgain) {
  EXPECT_EQ(asked_delay(limited({{"x-ratelimit-reset-requests", "1m0.5s"}}), 0), 60'500ms);
  EXPECT_EQ(asked_delay(limited({{"x-ratelimit-reset-tokens", "120ms"}}), 0), 120ms);
  EXPECT_EQ(asked_delay(limited({{"x-ratelimit-reset", "7.66"}}), 0), 7'660ms);
  EXPECT_EQ(asked_delay(limited({{"x-ratelimit-reset", "1700000003"}}), 1'700'000'000'000), 3'000ms);
  EXPECT_EQ(asked_delay(limited({{"x-ratelimit-reset", "1700000000250"}}), 1'700'000'000'000), 250ms);
  EXPECT_EQ(asked_delay(limited({{"retry-after", "2"}, {"x-ratelimit-reset", "9"}}), 0), 2'000ms);
}

TEST(Retry, OnlyAnEmptyBucketCounts) {
  EXPECT_EQ(asked_delay(limited({{"x-ratelimit-reset-requests", "10s"},
                                 {"x-ratelimit-remaining-requests", "0"},
                                 {"x-ratelimit-reset-tokens", "90s"},
                                 {"x-ratelimit-remaining-tokens", "3999"}}),
                        0),
            10'000ms);
  EXPECT_EQ(
      asked_delay(limited({{"x-ratelimit-reset-requests", "10s"}, {"x-ratelimit-reset-tokens", "30s"}}), 0),
      30'000ms);
  EXPECT_FALSE(asked_delay(with({{"x-ratelimit-reset-requests", "10s"}}), 0)) << "an answer that is not 429";
  for (const auto value : {"", "soon", "5x", "1m5", "-3s", "3m", "0", "1e400s", "1000000000"})
    EXPECT_FALSE(asked_delay(limited({{"x-ratelimit-reset-tokens", value}}), 1'700'000'000'000)) << value;
}

TEST(Retry, ReadsDurations) {
  EXPECT_EQ(parse_duration_ms("1h2m3.5s"), 3'723'500.);
  EXPECT_EQ(parse_duration_ms("2ms"), 2.);
  EXPECT_EQ(parse_duration_ms("1500us"), 1.5);
  for (const auto text : {"", "s", "1", "ms1", "1.2.3s", "1s 2ms"})
    EXPECT_EQ(parse_duration_ms(text).has_value(), std::string_view(text) == "1") << text;
}

TEST(Retry, DoublesUpToEightSecondsLessAQuarter) {
  for (const std::uint64_t random : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
    double whole = 500;
    for (unsigned retry = 0; retry < 20; ++retry, whole = std::min(8'000.0, whole * 2)) {
      const auto delay = static_cast<double>(own_delay(retry, 500ms, random).count());
      EXPECT_LE(delay, whole);
      EXPECT_GE(delay, .75 * whole - 1);
    }
  }
  EXPECT_EQ(own_delay(0, 500ms, 0), 500ms);
  EXPECT_EQ(own_delay(5, 500ms, 0), 8'000ms);
}

}  // namespace
}  // namespace kindling
