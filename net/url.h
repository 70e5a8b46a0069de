// Web addresses (RFC 3986), as far as an HTTP client needs them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kindling {

struct Url {
  bool tls = true;   // https
  std::string host;  // without brackets
  std::uint16_t port = 443;
  std::string target;  // path and query, begins with '/'
};

// Absolute http or https addresses without user information. Errors: `configuration`.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

}  // namespace kindling
