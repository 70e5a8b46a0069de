// Where a key comes from: the environment, or a file that only its owner may read. Nowhere else.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "engine/endpoint/secret.h"

namespace kindling {

// The first of the variables that is set, or the first file of a variable's name in `folder`
// (.../keys/META_AI_API_KEY); a variable goes before any file. No variables, no key. Errors: `authentication`,
// naming the variables and the file, never what they hold; a file that others may read is refused.
[[nodiscard]] Result<Secret> read_key(Files& files, const std::vector<std::string>& variables,
                                      const std::filesystem::path& folder, std::string_view profile_name);

// $XDG_CONFIG_HOME/kindling/keys, else in ~/.config; empty where there is no home.
[[nodiscard]] std::filesystem::path key_folder();

}  // namespace kindling
