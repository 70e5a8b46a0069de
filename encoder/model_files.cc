#include "encoder/model_files.h"

#include <algorithm>

namespace kindling {
namespace {

constexpr std::uint64_t config_bytes_max = 64 << 20;  // tokenizer.json of a large vocabulary has 20 MB

}  // namespace

Result<std::string> ModelFiles::text(std::string_view name) {
  KINDLING_TRY(std::string bytes, files_.read(folder_ / name, config_bytes_max));
  described_.append(name).append(1, '\n').append(std::to_string(bytes.size())).append(1, '\n').append(bytes);
  return bytes;
}

Result<Json> ModelFiles::json(std::string_view name) {
  KINDLING_TRY(const std::string bytes, text(name));
  return parse_json(bytes).within((folder_ / name).string());
}

Result<Json> ModelFiles::json_if_there(std::string_view name) {
  if (!has(name)) return Json();
  return json(name);
}

Result<std::string> module_folder(const Json& module) {
  const std::filesystem::path path(module["path"].as_string());
  if (path.is_absolute() || std::ranges::find(path, std::filesystem::path("..")) != path.end()) {
    return Error{ErrorCode::malformed, "modules.json", "names a module outside of the model's folder", ""};
  }
  return path.string();
}

std::string in_module(const std::string& folder, std::string_view name) {
  return (std::filesystem::path(folder) / name).string();
}

}  // namespace kindling
