// How much memory a command that makes an index may take: --memory, $KINDLING_MEMORY or `memory` in a file.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "cli/session.h"

namespace kindling {

// In bytes. Errors: `usage`, naming where the value came from, for what is no size or too little.
[[nodiscard]] Result<std::uint64_t> session_memory(const Session& session);

}  // namespace kindling
