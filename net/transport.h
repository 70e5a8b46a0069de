// One connection to a server, plain or under TLS: bytes out, bytes in, each step bounded by a Wait.
//
// Blocking; used by one thread at a time. Asio and OpenSSL live behind this header only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/wait.h"

namespace kindling {

// Which certificates are trusted: the system's, or those of one PEM text. TLS 1.2 or later. Shared by
// connections.
class TlsContext {
 public:
  // `certificates`: empty for the system's store. Errors: `configuration`.
  [[nodiscard]] static Result<std::unique_ptr<TlsContext>> create(std::string_view certificates);
  virtual ~TlsContext() = default;
};

class Transport {
 public:
  // Tries the addresses in order, each with its share of `limit`, until one accepts. Errors:
  // `endpoint_unreachable`, and those of `wait`.
  [[nodiscard]] static Result<std::unique_ptr<Transport>> connect(const std::vector<std::string>& addresses,
                                                                  std::uint16_t port,
                                                                  std::chrono::milliseconds limit,
                                                                  const Wait& wait);
  virtual ~Transport() = default;  // closes at once

  // From here on all bytes are under TLS: the server's certificate is verified against `context` and must be
  // for `host`, which is also sent as the server's name (SNI). Errors: `endpoint_unreachable` saying why the
  // certificate was refused.
  virtual Status start_tls(const TlsContext& context, const std::string& host, const Wait& wait) = 0;

  virtual Status write(std::string_view bytes, const Wait& wait) = 0;
  // Bytes read into `buffer`; 0 at an orderly end. Errors: `endpoint_unreachable` (broken), and those of
  // `wait`.
  virtual Result<std::size_t> read(std::span<char> buffer, const Wait& wait) = 0;

  // Whether an idle connection still looks usable: not closed, and nothing unexpected has come.
  [[nodiscard]] virtual bool usable() = 0;
};

}  // namespace kindling
