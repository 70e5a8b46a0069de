// Names to addresses, without being stuck when the resolver is.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/wait.h"

namespace kindling {

// Numeric addresses of a host in the order of preference (RFC 6724, as getaddrinfo gives them); a numeric host
// gives itself. Errors: `endpoint_unreachable` (no such name), and those of `wait`.
[[nodiscard]] Result<std::vector<std::string>> resolve(const std::string& host, const Wait& wait);

}  // namespace kindling
