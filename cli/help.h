// `kindling help` and `kindling help COMMAND`, from the table of flags.
//
// Pure functions; safe from any thread.
#pragma once

#include <string>

#include "cli/flags.h"

namespace kindling {

[[nodiscard]] std::string overall_help();
[[nodiscard]] std::string verb_help(const Verb& verb);

// "-k, --k N" is shown as "-k N": a long name of one letter is none.
[[nodiscard]] std::string flag_spelling(const Flag& flag);
// "kindling search QUERY [flags]"
[[nodiscard]] std::string usage_line(const Verb& verb);

}  // namespace kindling
