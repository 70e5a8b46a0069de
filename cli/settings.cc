#include "cli/settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/env.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/flags.h"
#include "cli/folders.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t config_bytes_max = 1 << 20;

struct SettingRule {
  std::string_view name;  // in a file
  std::string_view flag;  // gives kind and choices
  const char* variable;
  bool path = false;          // relative to its file; ~ is the home folder
  std::string_view fallback;  // the default; empty: depends on the command
  std::string_view about;
};

constexpr SettingRule rules[] = {
    {"index", "index", "KINDLING_INDEX", true, "", ""},
    {"model", "model", "KINDLING_MODEL", false, "", "extractive for ask, muse-spark for pack and tokens"},
    {"encoder", "encoder", "KINDLING_ENCODER", true, "", "all-MiniLM-L6-v2 in the models folder"},
    {"encoder_key_env", "encoder-key-env", "KINDLING_ENCODER_KEY_ENV", false, "",
     "that of the profile with the same address"},
    {"encoder_precision", "encoder-precision", "KINDLING_ENCODER_PRECISION", false, "auto", ""},
    {"dimensions", "dimensions", "KINDLING_DIMENSIONS", false, "", "all of the encoder's, or as the index has"},
    {"base_url", "base-url", "KINDLING_BASE_URL", false, "", "the profile's"},
    {"key_env", "key-env", "KINDLING_KEY_ENV", false, "", "the profile's"},
    {"threads", "threads", "KINDLING_THREADS", false, "0", ""},
    {"memory", "memory", "KINDLING_MEMORY", false, "1G", ""},
    {"color", "color", "KINDLING_COLOR", false, "auto", ""},
    {"budget", "budget", "KINDLING_BUDGET", false, "", "the window less the reserve"},
    {"reserve", "reserve", "KINDLING_RESERVE", false, "", "the profile's"},
    {"instructions", "instructions", "KINDLING_INSTRUCTIONS", false, "", "none"},
    {"mode", "mode", "KINDLING_MODE", false, "hybrid", ""},
    {"k", "k", "KINDLING_K", false, "10", ""},
    {"ab.model", "ab-model", "KINDLING_AB_MODEL", false, "", "nothing is mirrored"},
    {"ab.share", "ab-share", "KINDLING_AB_SHARE", false, "0.02", ""},
    {"ab.folder", "ab-folder", "KINDLING_AB_FOLDER", true, "", "ab in the data folder"},
};

Error configuration_error(std::string where, std::string why, std::string mend) {
  return {ErrorCode::configuration, std::move(where), std::move(why), std::move(mend)};
}

// A file's settings; all null when there is no file.
struct ConfigFile {
  fs::path path;
  Json values = Json::object();
};

// "share" in the table [ab] is the setting ab.share.
Json with_dotted_names(const Json& values) {
  Json flat = Json::object();
  for (const auto& [key, value] : values.members()) {
    if (!value.is_object()) flat.set(key, value);
    for (const auto& [inner, inner_value] : value.members()) flat.set(key + "." + inner, inner_value);
  }
  return flat;
}

Result<ConfigFile> read_config(const fs::path& path) {
  ConfigFile file{path, Json::object()};
  auto text = system_files().read(path, config_bytes_max);
  if (!text && text.error().code == ErrorCode::not_found) return file;
  if (!text) return configuration_error(path.string(), text.error().why, text.error().mend);
  auto values = parse_toml(*text);
  if (!values)
    return configuration_error(path.string() + ": " + values.error().where, values.error().why,
                               "correct the file");
  file.values = with_dotted_names(*values);
  std::vector<std::string_view> names;
  for (const SettingRule& rule : rules) names.push_back(rule.name);
  for (const auto& [key, value] : file.values.members()) {
    if (std::ranges::find(names, std::string_view(key)) != names.end()) continue;
    const std::string_view meant = closest(key, names);
    return configuration_error(
        path.string() + ": " + key, "no such setting",
        meant.empty() ? "see 'kindling config'" : "did you mean '" + std::string(meant) + "'?");
  }
  return file;
}

// Settings that are decimal numbers are shares of a whole.
bool is_share(std::string_view text) {
  const auto number = parse_number(text);
  return number && *number <= 1;
}

// The value as a flag would have been given, checked against the flag's kind.
Result<std::string> checked(const SettingRule& rule, const Json& value, const std::string& where) {
  const Flag& flag = flag_named(rule.flag);
  const std::string text =
      value.is_number() ? fmt::format("{}", value.as_double()) : std::string(value.as_string());
  if (flag.kind == FlagKind::number && !is_share(text))
    return configuration_error(where, "not a share", "give a number from 0 to 1: 0.02 is 2 %");
  if (flag.kind == FlagKind::count && !parse_count(text)) {
    return configuration_error(where, "not a whole number", "give one, zero or greater");
  }
  if (flag.kind == FlagKind::text && !value.is_string())
    return configuration_error(where, "not a text", "put it in quotes");
  if (!flag.choices.empty() && std::ranges::find(flag.choices, std::string_view(text)) == flag.choices.end()) {
    std::string choices;
    for (const std::string_view choice : flag.choices)
      choices += (choices.empty() ? "" : ", ") + std::string(choice);
    return configuration_error(where, "'" + text + "' is not one of " + choices, "choose one of them");
  }
  return text;
}

std::string resolved_path(const std::string& text, const fs::path& folder) {
  if (text == "~" || text.starts_with("~/")) return environment("HOME").value_or("") + text.substr(1);
  return (folder / text).lexically_normal().string();
}

// An encoder may be a name or an address in place of a folder.
bool names_no_path(const SettingRule& rule, std::string_view value) {
  return rule.name == "encoder" && (value == "static" || value.find("://") != value.npos);
}

Result<std::optional<Setting>> from_file(const SettingRule& rule, const ConfigFile& file) {
  if (!file.values.has(rule.name)) return std::optional<Setting>();
  KINDLING_TRY(std::string value,
               checked(rule, file.values[rule.name], file.path.string() + ": " + std::string(rule.name)));
  if (rule.path && !names_no_path(rule, value)) value = resolved_path(value, file.path.parent_path());
  return std::optional<Setting>({std::string(rule.name), value, file.path.string(), ""});
}

Result<std::optional<Setting>> from_environment(const SettingRule& rule) {
  auto text = environment(rule.variable);
  const std::string source = std::string("$") + rule.variable;
  if (!text && rule.name == "color" && environment("NO_COLOR")) {
    return std::optional<Setting>({std::string(rule.name), "never", "$NO_COLOR", ""});
  }
  if (!text) return std::optional<Setting>();
  KINDLING_TRY(const std::string value, checked(rule, Json(*text), source));
  return std::optional<Setting>({std::string(rule.name), value, source, ""});
}

// A nearby index is more particular than the user's file for all projects.
std::optional<Setting> nearby_index(const SettingRule& rule) {
  if (rule.name != "index") return std::nullopt;
  const auto folder = nearest_upwards(".kindling", EntryKind::folder);
  if (!folder) return std::nullopt;
  return Setting{std::string(rule.name), folder->string(), "nearest .kindling/ upwards", ""};
}

Setting by_default(const SettingRule& rule) {
  Setting setting{std::string(rule.name), std::nullopt, "default", std::string(rule.about)};
  if (rule.name == "index") setting.value = (data_folder() / "default").string();
  if (!rule.fallback.empty()) setting.value = std::string(rule.fallback);
  return setting;
}

Result<Setting> settle(const SettingRule& rule, const Arguments& arguments, const ConfigFile& project,
                       const ConfigFile& user) {
  if (const auto given = arguments.given(rule.flag)) {
    if (flag_named(rule.flag).kind == FlagKind::number && !is_share(*given)) {
      return Error{ErrorCode::usage, "--" + std::string(rule.flag), "'" + *given + "' is not a share",
                   "give a number from 0 to 1: 0.02 is 2 %"};
    }
    return Setting{std::string(rule.name), *given, "--" + std::string(rule.flag), ""};
  }
  KINDLING_TRY(auto environment_setting, from_environment(rule));
  if (environment_setting) return *std::move(environment_setting);
  KINDLING_TRY(auto project_setting, from_file(rule, project));
  if (project_setting) return *std::move(project_setting);
  if (auto nearby = nearby_index(rule)) return *std::move(nearby);
  KINDLING_TRY(auto user_setting, from_file(rule, user));
  if (user_setting) return *std::move(user_setting);
  return by_default(rule);
}

}  // namespace

Result<Settings> Settings::load(const Arguments& arguments) {
  Settings settings;
  settings.project_file_ = nearest_upwards("kindling.toml", EntryKind::file);
  settings.user_file_ = config_folder() / "config.toml";
  ConfigFile project;
  if (settings.project_file_) {
    KINDLING_TRY(project, read_config(*settings.project_file_));
  }
  KINDLING_TRY(const ConfigFile user, read_config(settings.user_file_));
  for (const SettingRule& rule : rules) {
    KINDLING_TRY(auto setting, settle(rule, arguments, project, user));
    settings.settings_.push_back(std::move(setting));
  }
  return settings;
}

const Setting& Settings::named(std::string_view name) const {
  const auto found = std::ranges::find(settings_, name, &Setting::name);
  KINDLING_CHECK(found != settings_.end());
  return *found;
}

std::optional<std::string> Settings::text(std::string_view name) const { return named(name).value; }

std::optional<std::uint64_t> Settings::count(std::string_view name) const {
  const auto& value = named(name).value;
  return value ? parse_count(*value) : std::nullopt;
}

fs::path Settings::index() const { return *named("index").value; }

}  // namespace kindling
