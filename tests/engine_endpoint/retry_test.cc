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
