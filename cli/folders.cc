#include "cli/folders.h"

#include "base/env.h"
#include "base/files.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

fs::path xdg_folder(const char* variable, const char* below_home) {
  if (const auto value = environment(variable); value && fs::path(*value).is_absolute())
    return fs::path(*value) / "kindling";
  return fs::path(environment("HOME").value_or(".")) / below_home / "kindling";
}

fs::path current_folder() {
  std::error_code gone;  // the current folder may have been removed
  const fs::path current = fs::current_path(gone);
  return gone ? fs::path("/") : current;
}

}  // namespace

fs::path config_folder() { return xdg_folder("XDG_CONFIG_HOME", ".config"); }
fs::path data_folder() { return xdg_folder("XDG_DATA_HOME", ".local/share"); }
fs::path cache_folder() { return xdg_folder("XDG_CACHE_HOME", ".cache"); }

std::optional<fs::path> nearest_upwards(std::string_view name, EntryKind kind) {
  const auto wanted = kind == EntryKind::file ? FileInfo::Kind::regular : FileInfo::Kind::directory;
  for (fs::path folder = current_folder();; folder = folder.parent_path()) {
    const auto info = system_files().info(folder / name);
    if (info.ok() && info->kind == wanted) return folder / name;
    if (folder == folder.parent_path()) return std::nullopt;
  }
}

std::string shown_path(std::string_view uri) {
  const std::string below = current_folder().string() + "/";
  return std::string(uri.size() > below.size() && uri.starts_with(below) ? uri.substr(below.size()) : uri);
}

}  // namespace kindling
