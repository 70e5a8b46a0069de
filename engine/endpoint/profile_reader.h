// A model profile from its TOML text, checked key by key (engine/profiles/README.md says what each means).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/profile.h"

namespace kindling {

// `source` is "shipped" or the path of the file, and stands in front of errors. Errors: `configuration` naming
// the key: unknown, of the wrong type, missing, or contradicting another.
[[nodiscard]] Result<ModelProfile> read_profile(std::string name, std::string source, std::string_view toml);

}  // namespace kindling
