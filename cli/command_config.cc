#include "cli/commands.h"
#include "cli/text_layout.h"

namespace kindling {

Result<ExitCode> command_config(Session& session) {
  Console& console = session.console;
  const Settings& settings = session.settings;
  if (console.json()) {
    Json array = Json::array();
    for (const Setting& setting : settings.all()) {
      Json object = Json::object({{"name", setting.name},
                                  {"value", setting.value ? Json(*setting.value) : Json()},
                                  {"source", setting.source}});
      if (!setting.value) object.set("means", setting.about);
      array.push(std::move(object));
    }
    console.print_json(Json::object(
        {{"settings", std::move(array)},
         {"project_file", settings.project_file() ? Json(settings.project_file()->string()) : Json()},
         {"user_file", settings.user_file().string()}}));
    return ExitCode::ok;
  }
  for (const Setting& setting : settings.all()) {
    const std::string value = setting.value ? *setting.value : "(" + setting.about + ")";
    console.print_line(padded(setting.name, 10) +
                       console.tinted(setting.value ? Tint::strong : Tint::faint, padded(value, 44)) + "  " +
                       console.tinted(Tint::faint, setting.source));
  }
  console.print_line(console.tinted(
      Tint::faint, "project file: " +
                       (settings.project_file() ? settings.project_file()->string() : "none (kindling.toml)")));
  console.print_line(console.tinted(Tint::faint, "user file: " + settings.user_file().string()));
  return ExitCode::ok;
}

}  // namespace kindling
