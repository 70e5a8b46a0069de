// Files that only their owner may read: what was asked and what documents say is nobody else's business.
//
// Files are made with mode 0600 and folders with 0700, whatever the umask; a name that is taken, or a symbolic
// link in its place, is never followed.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace kindling {

// The folder itself and those above it that are missing. One that is there already keeps its mode. Errors: as
// Files.
[[nodiscard]] Status make_private_directories(const std::filesystem::path& folder);

// Whoever looks sees the whole file or none: written beside, then renamed. Not synced: after a crash of the
// machine it may be missing or empty, so a reader checks what it reads. Errors: as Files.
[[nodiscard]] Status write_private_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace kindling
