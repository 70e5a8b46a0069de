// `kindling bench keywords --data LINES.txt --queries Q.txt -k 10`: keyword search over foreign text, no index
// needed.
#pragma once

#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace kindling {

// Errors: `usage` (a flag missing, a file without a line, -k out of bounds), and those of reading the files.
[[nodiscard]] Result<ExitCode> bench_foreign_keywords(Session& session);

}  // namespace kindling
