// English to measure text kernels on: this project's own documentation.
//
// Repeated to 256 KiB: the text is warm in cache, its words and sentences are real ones.
#pragma once

#include <string>

namespace kindling {

// Made at the first call. Aborts where the source tree is not where it was when this was built.
[[nodiscard]] const std::string& own_prose();

}  // namespace kindling
