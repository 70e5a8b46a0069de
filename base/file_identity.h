// What tells one state of a file from every other state of any file on this machine.
#pragma once

#include <filesystem>
#include <string>

namespace kindling {

// Device, inode, length and time of the last change (of content or rights: ctime, which programs cannot set),
// as "2049-131-4096-1795000000-0"; empty when the file cannot be looked at.
[[nodiscard]] std::string file_identity(const std::filesystem::path& path);

}  // namespace kindling
