// A whole run of the program, from its words to its exit code.
#pragma once

#include <span>
#include <string>

#include "base/cancellation.h"
#include "cli/exit_code.h"

namespace kindling {

// `words`: without the program's name. Prints to stdout and stderr.
[[nodiscard]] ExitCode run(std::span<const std::string> words, const Cancellation& cancellation);

}  // namespace kindling
