#include "engine/endpoint/key.h"

#include <optional>

#include "base/env.h"

namespace kindling {
namespace {

constexpr std::uint64_t key_bytes_max = 16u << 10;

// Absent if it is blank. `place` is "$NAME" or a path.
Result<std::optional<Secret>> parse_key(std::string_view text, const std::string& place) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return std::optional<Secret>();
  text = text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f) {
      return Error{ErrorCode::authentication, place, "holds a blank or a control character, which no key does",
                   "set it again"};
    }
  }
  return std::optional<Secret>(Secret(std::string(text)));
}

Result<std::optional<Secret>> read_key_file(Files& files, const std::filesystem::path& path) {
  const auto info = files.info(path);
  if (!info.ok() && info.error().code == ErrorCode::not_found) return std::optional<Secret>();
  if (!info.ok()) return info.error();
  if (info->kind != FileInfo::Kind::regular || !info->is_private) {
    return Error{ErrorCode::authentication, path.string(),
                 "holds a key, but is not a file that you alone may read", "chmod 600 " + path.string()};
  }
  KINDLING_TRY(const std::string text, files.read(path, key_bytes_max));
  return parse_key(text, path.string());
}

}  // namespace

Result<Secret> read_key(Files& files, const std::vector<std::string>& variables,
                        const std::filesystem::path& folder, std::string_view profile_name) {
  if (variables.empty()) return Secret();
  std::string names;
  for (const std::string& variable : variables) {
    names += (names.empty() ? "$" : " or $") + variable;
    const auto value = environment(variable.c_str());
    if (!value) continue;
    KINDLING_TRY(auto key, parse_key(*value, "$" + variable));
    if (key) return std::move(*key);
  }
  std::string mend = "set it to the endpoint's key, or name another variable with --key-env";
  if (!folder.empty()) {
    for (const std::string& variable : variables) {
      KINDLING_TRY(auto key, read_key_file(files, folder / variable));
      if (key) return std::move(*key);
    }
    mend += ", or keep the key in " + (folder / variables.front()).string() + " with mode 600";
  }
  return Error{ErrorCode::authentication, std::string(profile_name), "no key: " + names + " is not set",
               std::move(mend)};
}

std::filesystem::path key_folder() {
  if (const auto config = environment("XDG_CONFIG_HOME"))
    return std::filesystem::path(*config) / "kindling" / "keys";
  if (const auto home = environment("HOME"))
    return std::filesystem::path(*home) / ".config" / "kindling" / "keys";
  return {};
}

}  // namespace kindling
