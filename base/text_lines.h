// Texts that hold one thing a line.
//
// Pure; safe from any thread.
#pragma once

#include <string_view>
#include <vector>

namespace kindling {

// Without line ends, CR LF included. A last line without one counts; an empty line is a text, so that text n
// stays line n. Borrows `text`.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace kindling
