// A user's own tools, as a file names them (docs/tools.md has an example): TOML, or JSON where the file's name
// ends in .json.
#pragma once

#include <filesystem>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "engine/tools/tool_choice.h"

namespace kindling {

inline constexpr std::size_t tools_max = 32;  // of one question
inline constexpr std::size_t tools_file_bytes_max = 1u << 20;

// In the file's order. A command with a slash is looked for beside the file, one without in $PATH. Errors:
// those of reading; `configuration` with file, place and mend: an unknown key, a value of the wrong kind, a
// schema that cannot be checked, a program that is not there, a name that is taken.
[[nodiscard]] Result<std::vector<CommandSpec>> read_tools_file(Files& files, const std::filesystem::path& path);

// Whether the tools of all files and the built-in ones can be told apart. Errors: `configuration`.
[[nodiscard]] Status check_tool_choice(const ToolChoice& choice);

}  // namespace kindling
