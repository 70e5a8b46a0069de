// A tool that is a program of the user's: the arguments go to its standard input as one JSON object and a line
// break, what it prints is the result.
//
// The program runs as a child of its own process group (base/process.h). It knows LANG, PATH, HOME, TZ and
// TMPDIR of our environment and nothing else, so no key; what it prints to stderr is dropped. It is ended when
// its time is over or it prints too much. It is the user's program, with the user's rights: it is not confined.
//
// What it prints must be UTF-8 without NUL. It is sent as foreign text, like a document's, and has no number:
// it cannot be cited.
#pragma once

#include <memory>

#include "engine/tools/tool.h"

namespace kindling {

// Failures of the program (an exit status, a signal, too slow, not text) are the output's; `run` itself fails
// when it cannot be started (`not_found`, `unreadable`, `io`) or is `cancelled`.
[[nodiscard]] std::unique_ptr<Tool> make_command_tool(CommandSpec command);

}  // namespace kindling
