// Ctrl-C and SIGTERM: the first asks the running command to end in order, the second ends the process at once.
#pragma once

#include <optional>

#include "base/cancellation.h"
#include "cli/exit_code.h"

namespace kindling {

// From now on SIGINT and SIGTERM cancel `cancellation`, which must outlive the process's other work. Once a
// process. A file that grows over the limit of the process (SIGXFSZ) becomes an error of the write.
void cancel_on_signals(Cancellation& cancellation);

// What the process should end with, if a signal has come.
[[nodiscard]] std::optional<ExitCode> exit_code_of_signal();

}  // namespace kindling
