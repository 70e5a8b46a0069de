// One HTTP/1.1 answer (RFC 9112) from pieces cut anywhere, within limits. Informational answers (1xx) are
// passed over.
//
// Not thread-safe. Beast lives behind this header.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "net/http_client.h"

namespace kindling {

inline constexpr std::uint32_t http_header_bytes_max = 64u << 10;

class ResponseParser {
 public:
  struct Options {
    std::uint64_t body_bytes_max = 0;
    bool bodyless = false;  // an answer to HEAD, or to CONNECT, has no body whatever its headers say
    const HttpClient::OnBody* on_body = nullptr;  // of a 2xx answer; borrowed; may be null
  };
  [[nodiscard]] static std::unique_ptr<ResponseParser> create(const Options& options);
  virtual ~ResponseParser() = default;

  // Errors: `endpoint_unreachable` (not HTTP), `too_large`, or what `on_body` returned.
  virtual Status feed(std::string_view bytes) = 0;
  // The connection has ended, which is how some bodies end. Errors: `endpoint_unreachable` if the answer is not
  // whole.
  virtual Status end() = 0;

  [[nodiscard]] virtual bool done() const = 0;
  [[nodiscard]] virtual bool stopped() const = 0;  // `on_body` wanted no more; the rest is passed over
  // Requires: done(). Whether the connection may carry another request.
  [[nodiscard]] virtual bool reusable() const = 0;
  [[nodiscard]] virtual HttpResponse take_response() = 0;
};

}  // namespace kindling
