// What the certificate of a packed window promises, for people.
#pragma once

#include <string>

#include "engine/ask.h"

namespace kindling {

// Three lines: the request against its budget, the window, and who counted.
[[nodiscard]] std::string certificate_lines(const Certificate& certificate);

}  // namespace kindling
