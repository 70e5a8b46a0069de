#include "net/proxy.h"

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace kindling {
namespace {

Url url_of(std::string_view text) { return parse_url(text).value(); }

class ProxyTest : public testing::Test {
 protected:
  [[nodiscard]] static std::string proxy_of(std::string_view url) {
    const auto proxy = ProxyRules::from_environment().value().proxy_for(url_of(url));
    return proxy ? proxy->host + ":" + std::to_string(proxy->port) : "none";
  }
  ScopedEnvironment environment_{{"http_proxy", ""},  {"HTTP_PROXY", ""}, {"https_proxy", ""},
                                 {"HTTPS_PROXY", ""}, {"all_proxy", ""},  {"ALL_PROXY", ""},
                                 {"no_proxy", ""},    {"NO_PROXY", ""},   {"REQUEST_METHOD", ""}};
};

TEST_F(ProxyTest, IsNoneWithoutVariables) { EXPECT_EQ(proxy_of("https://example.org"), "none"); }

TEST_F(ProxyTest, IsChosenByScheme) {
  const ScopedEnvironment set{{"HTTP_PROXY", "http://a:3128"}, {"HTTPS_PROXY", "b:3129"}};
  EXPECT_EQ(proxy_of("http://example.org"), "a:3128");
  EXPECT_EQ(proxy_of("https://example.org"), "b:3129");
}

TEST_F(ProxyTest, LowerCaseWinsAndAllIsTheLast) {
  const ScopedEnvironment set{
      {"http_proxy", "http://lower"}, {"HTTP_PROXY", "http://upper"}, {"ALL_PROXY", "http://all:1"}};
  EXPECT_EQ(proxy_of("http://example.org"), "lower:80");
  EXPECT_EQ(proxy_of("https://example.org"), "all:1");
}

TEST_F(ProxyTest, AHeaderOfACgiRequestIsNoProxy) {
  const ScopedEnvironment set{{"HTTP_PROXY", "http://evil"}, {"REQUEST_METHOD", "GET"}};
  EXPECT_EQ(proxy_of("http://example.org"), "none");
}

TEST_F(ProxyTest, IsNeverUsedForLoopback) {
  const ScopedEnvironment set{{"ALL_PROXY", "http://p"}};
  for (const auto url : {"http://localhost", "http://127.0.0.1:8080", "http://[::1]", "http://a.localhost"})
    EXPECT_EQ(proxy_of(url), "none");
  EXPECT_EQ(proxy_of("http://127.example.org"), "p:80");
}

TEST_F(ProxyTest, CarriesItsPasswordAndNeverShowsIt) {
  const ScopedEnvironment good{{"HTTPS_PROXY", "http://al%40ice:open%3Asesame@p:8080"}};
  const auto proxy = ProxyRules::from_environment().value().proxy_for(url_of("https://example.org"));
  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->host, "p");
  EXPECT_EQ(proxy->authorization, "Basic YWxAaWNlOm9wZW46c2VzYW1l");
  const ScopedEnvironment bad{{"HTTPS_PROXY", "http://alice:sesame@p:99999"}};
  const auto rules = ProxyRules::from_environment();
  ASSERT_FALSE(rules.ok());
  EXPECT_EQ(rules.error().code, ErrorCode::configuration);
  EXPECT_EQ(rules.error().sentence().find("sesame"), std::string::npos);
  EXPECT_NE(rules.error().sentence().find("HTTPS_PROXY"), std::string::npos);
}

TEST_F(ProxyTest, RefusesAProxyUnderTls) {
  const ScopedEnvironment set{{"HTTPS_PROXY", "https://p"}};
  EXPECT_FALSE(ProxyRules::from_environment().ok());
}

TEST_F(ProxyTest, ExceptionsAreNamesSubdomainsAddressesRangesAndPorts) {
  const ScopedEnvironment set{
      {"ALL_PROXY", "http://p"},
      {"NO_PROXY", "Corp.example, .inner.test,10.0.0.0/8 *.wild.test,2001:db8::/32,box:8080"}};
  for (const auto url :
       {"http://corp.example", "http://a.corp.example", "http://x.inner.test", "http://inner.test",
        "http://10.1.2.3", "http://a.wild.test", "http://[2001:db8::5]", "http://box:8080"}) {
    EXPECT_EQ(proxy_of(url), "none") << url;
  }
  for (const auto url : {"http://notcorp.example", "http://11.1.2.3", "http://[2001:db9::5]", "http://box:8081",
                         "http://corp.example.org"}) {
    EXPECT_EQ(proxy_of(url), "p:80") << url;
  }
}

TEST_F(ProxyTest, AStarTurnsItOff) {
  const ScopedEnvironment set{{"ALL_PROXY", "http://p"}, {"no_proxy", "*"}};
  EXPECT_EQ(proxy_of("https://example.org"), "none");
}

}  // namespace
}  // namespace kindling
