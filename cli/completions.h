// Completions for shells, from the table of flags: commands, their flags, fixed choices, files and folders.
#pragma once

#include <string>
#include <string_view>

namespace kindling {

// A script for the shell to read. Requires: bash, zsh or fish.
[[nodiscard]] std::string completions(std::string_view shell);

}  // namespace kindling
