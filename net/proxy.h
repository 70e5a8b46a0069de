// Which proxy a request goes through, as the usual variables say.
//
// HTTPS_PROXY, HTTP_PROXY and ALL_PROXY (lower case wins; an address without a scheme is http), NO_PROXY: a
// list of host names (with their subdomains), addresses, address ranges in CIDR form, each with an optional
// port, or "*". A proxy is never used for loopback. HTTP_PROXY in upper case is not read where REQUEST_METHOD
// is set: there it is a header of a CGI request ("httpoxy", CVE-2016-5385).
//
// Immutable; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/url.h"

namespace kindling {

struct Proxy {
  std::string host;
  std::uint16_t port = 80;
  std::string authorization;  // of the Proxy-Authorization header; empty: none. Secret
};

class ProxyRules {
 public:
  // Errors: `configuration` naming the variable, never its value.
  [[nodiscard]] static Result<ProxyRules> from_environment();
  [[nodiscard]] std::optional<Proxy> proxy_for(const Url& url) const;

 private:
  std::optional<Proxy> for_http_;
  std::optional<Proxy> for_https_;
  std::vector<std::string> exceptions_;  // the entries of NO_PROXY, in lower case
};

// The rules of one NO_PROXY entry. Requires: lower case.
[[nodiscard]] bool no_proxy_matches(std::string_view entry, const Url& url);

}  // namespace kindling
