// `kindling bench vectors`: nearest neighbours over somebody's .npy files, without an index.
#pragma once

#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace kindling {

// Errors: `usage` (a flag that is missing or cannot be meant), those of NpyRows::open, `cancelled`.
[[nodiscard]] Result<ExitCode> bench_vectors(Session& session);

}  // namespace kindling
