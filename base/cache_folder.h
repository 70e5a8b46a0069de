// Where this user's caches are: what can be made again, and may be deleted at any time.
#pragma once

#include <filesystem>
#include <string_view>

namespace kindling {

// $XDG_CACHE_HOME/kindling/PART, else ~/.cache/kindling/PART; empty where there is neither (XDG Base Directory
// Specification; a relative $XDG_CACHE_HOME is passed over, as it says).
[[nodiscard]] std::filesystem::path cache_folder(std::string_view part);

}  // namespace kindling
