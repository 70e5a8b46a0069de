// The settings of a run, each with where it came from: flag > environment > kindling.toml of the project >
// $XDG_CONFIG_HOME/kindling/config.toml > default.
//
// Immutable after loading.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/arguments.h"

namespace kindling {

struct Setting {
  std::string name;                  // as in a file: "base_url"
  std::optional<std::string> value;  // absent: nobody says, and the default depends on the command
  std::string source;                // "--index", "$KINDLING_INDEX", the path of a file, or "default"
  std::string about;                 // what holds when there is no value
};

class Settings {
 public:
  // Errors: `configuration`, naming file and key: an unknown key, a value of the wrong kind, a file that is no
  // TOML. A variable or file is only looked at for settings that the flags leave open, but a bad file is an
  // error in any case.
  [[nodiscard]] static Result<Settings> load(const Arguments& arguments);

  // Requires: a setting of that name.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint64_t> count(std::string_view name) const;

  // The index folder: --index, $KINDLING_INDEX, `index` of the project's kindling.toml, the nearest .kindling/
  // upwards, `index` of the user's file, or $XDG_DATA_HOME/kindling/default.
  [[nodiscard]] std::filesystem::path index() const;

  [[nodiscard]] const std::vector<Setting>& all() const { return settings_; }
  // Files read, or looked for and not there.
  [[nodiscard]] std::optional<std::filesystem::path> project_file() const { return project_file_; }
  [[nodiscard]] std::filesystem::path user_file() const { return user_file_; }

 private:
  [[nodiscard]] const Setting& named(std::string_view name) const;

  std::vector<Setting> settings_;
  std::optional<std::filesystem::path> project_file_;
  std::filesystem::path user_file_;
};

}  // namespace kindling
