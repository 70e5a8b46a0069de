// Diagnostics for people, on stderr: one line each. Never for data, never with a key or a document's text in it.
//
// The level is `warning` unless KINDLING_LOG (error, warning, info, debug) or --verbose says otherwise. Thread-safe.
#pragma once

#include <string_view>

namespace kindling {

enum class LogLevel { error, warning, info, debug };

void set_log_level(LogLevel level);
[[nodiscard]] bool log_enabled(LogLevel level);

// Prints "kindling: MESSAGE"; control characters become blanks, so that a hostile name cannot move the cursor.
void log(LogLevel level, std::string_view message);

}  // namespace kindling
