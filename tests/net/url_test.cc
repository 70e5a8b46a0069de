#include "net/url.h"

#include <gtest/gtest.h>

namespace kindling {
namespace {

TEST(Url, KeepsItsParts) {
  const Url url = parse_url("https://API.Meta.AI/v1/chat?x=1").value();
  EXPECT_TRUE(url.tls);
  EXPECT_EQ(url.host, "api.meta.ai");
  EXPECT_EQ(url.port, 443);
  EXPECT_EQ(url.target, "/v1/chat?x=1");
}

TEST(Url, HasTheSchemesPort) {
  EXPECT_EQ(parse_url("http://a")->port, 80);
  EXPECT_EQ(parse_url("HTTPS://a")->port, 443);
  EXPECT_EQ(parse_url("http://a:65535/")->port, 65'535);
}

TEST(Url, AlwaysHasATargetThatBeginsWithASlash) {
  EXPECT_EQ(parse_url("http://a")->target, "/");
  EXPECT_EQ(parse_url("http://a?b")->target, "/?b");
}

TEST(Url, ReadsIpv6InBrackets) {
  const Url url = parse_url("http://[::1]:8080/v1").value();
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, 8080);
}

TEST(Url, RefusesEverythingElse) {
  for (const std::string_view text : {"",
                                      "api.meta.ai/v1",
                                      "ftp://a",
                                      "http:/a",
                                      "http://",
                                      "http:///v1",
                                      "http://:80",
                                      "http://a:",
                                      "http://a:0",
                                      "http://a:65536",
                                      "http://a:8x",
                                      "http://a:+8",
                                      "http://a b",
                                      "http://a/\r\nHost: b",
                                      "http://a\\b",
                                      "http://ä",
                                      "http://a#b",
                                      "http://.a",
                                      "http://a..b",
                                      "http://-a",
                                      "http://[::1",
                                      "http://[a]",
                                      "http://[::1]x",
                                      "http://::1/",
                                      "http://a/\x01",
                                      "http://a/\x7f"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url.ok()) << text;
    EXPECT_EQ(url.error().code, ErrorCode::configuration) << text;
  }
}

TEST(Url, RefusesPasswordsWithoutRepeatingThem) {
  const auto url = parse_url("https://user:hunter2@example.org/");
  ASSERT_FALSE(url.ok());
  EXPECT_EQ(url.error().sentence().find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace kindling
