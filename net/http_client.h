// An HTTP/1.1 client over verified TLS, for JSON endpoints and event streams.
//
// Timeouts are apart, because they mean different things: no connection, no first byte, silence in the middle,
// too long in all. Proxies come from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY (net/proxy.h). Connections
// are kept alive and reused (net/connection_pool.h); a reused one that turns out to be dead before it gave a
// single byte is replaced once, silently: every server may close an idle connection at any moment. No redirects
// are followed: a key must not travel to another host. Cancellation closes the connection within some 10 ms.
//
// Blocking and thread-safe: requests of several threads go over connections of their own, and share those that
// are idle.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"

namespace kindling {

struct HttpTimeouts {
  std::chrono::milliseconds connect{5'000};       // name, connection, proxy and TLS together
  std::chrono::milliseconds first_byte{120'000};  // from the last byte sent to the first received
  std::chrono::milliseconds idle{60'000};         // between two reads, or two writes, of a body
  std::chrono::milliseconds total{600'000};
};

struct HttpRequest {
  std::string method = "POST";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  HttpTimeouts timeouts = {};  // looked at before each step: a body callback may change what it owns
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;                                          // empty when a body callback took it

  // The first header of that lower-case name, or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct HttpClientOptions {
  std::uint64_t body_bytes_max = 256u << 20;
  std::string certificate_file = {};  // PEM, in place of the system's store, for tests and private gateways
};

class HttpClient {
 public:
  // Errors: `configuration` (proxy variables, certificate file).
  [[nodiscard]] static Result<std::unique_ptr<HttpClient>> create(HttpClientOptions options = {});
  virtual ~HttpClient() = default;

  // Pieces of the body of a 2xx answer as they come. False: the rest is not wanted, and the answer counts as
  // complete. An Error stops the transfer and is handed through.
  using OnBody = std::function<Result<bool>(std::string_view piece)>;

  // Any status is a response, not an error. Errors (the caller knows the address and adds it):
  // `endpoint_unreachable` (name, connection, TLS, broken off), `timed_out` (naming which), `too_large`,
  // `cancelled`, `configuration` (the URL). With `on_body` the bodies of other statuses still come in `body`;
  // `on_body` may be empty.
  virtual Result<HttpResponse> send(const HttpRequest& request, const OnBody& on_body,
                                    const Cancellation& cancellation) = 0;
};

}  // namespace kindling
