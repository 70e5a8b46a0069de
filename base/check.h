// Checks of what the programmer promised. A failed check prints one line to stderr and aborts: carrying on with a broken
// promise loses data. Never for input: a wrong file or flag is an Error (base/result.h).
#pragma once

#include <string_view>

namespace kindling {

[[noreturn]] void check_failed(std::string_view condition, const char* file, int line, std::string_view detail = {});

}  // namespace kindling

#define KINDLING_CHECK(condition) \
  (static_cast<bool>(condition) ? void() : ::kindling::check_failed(#condition, __FILE__, __LINE__))
