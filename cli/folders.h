// Where things lie, by the XDG Base Directory Specification 0.8: relative values of its variables are ignored,
// as it says.
//
// Each call looks at the environment again. Safe from any thread that does not change it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace kindling {

[[nodiscard]] std::filesystem::path config_folder();  // $XDG_CONFIG_HOME/kindling, else ~/.config/kindling
[[nodiscard]] std::filesystem::path data_folder();    // $XDG_DATA_HOME/kindling, else ~/.local/share/kindling
[[nodiscard]] std::filesystem::path cache_folder();   // $XDG_CACHE_HOME/kindling, else ~/.cache/kindling

// The first entry of that name in the current folder or one above it, nearest first.
enum class EntryKind { file, folder };
[[nodiscard]] std::optional<std::filesystem::path> nearest_upwards(std::string_view name, EntryKind kind);

// A path as a person would write it: relative when it lies below the current folder, else as it is.
// "file.pdf#record" too.
[[nodiscard]] std::string shown_path(std::string_view uri);

}  // namespace kindling
