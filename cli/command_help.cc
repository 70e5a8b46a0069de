#include <vector>

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/man_page.h"

namespace kindling {
namespace {

Json flag_json(const Flag& flag) {
  Json choices = Json::array();
  for (const std::string_view choice : flag.choices) choices.push(choice);
  return Json::object({{"name", flag.name},
                       {"letter", flag.letter == 0 ? Json() : Json(std::string{flag.letter})},
                       {"value", flag.value.empty() ? Json() : Json(flag.value)},
                       {"about", flag.about},
                       {"choices", std::move(choices)}});
}

Json verb_json(const Verb& verb) {
  Json flags = Json::array();
  for (const std::string_view name : verb.flags) flags.push(flag_json(flag_named(name)));
  for (const std::string_view name : common_flags()) flags.push(flag_json(flag_named(name)));
  return Json::object({{"name", verb.name},
                       {"summary", verb.summary},
                       {"usage", usage_line(verb)},
                       {"details", verb.details},
                       {"flags", std::move(flags)}});
}

}  // namespace

Result<ExitCode> command_help(Session& session) {
  Console& console = session.console;
  const auto& words = session.arguments.words();
  const Verb* verb = words.empty() ? nullptr : find_verb(words.front());
  if (!words.empty() && verb == nullptr) {
    std::vector<std::string_view> names;
    for (const Verb& known : verbs()) names.push_back(known.name);
    const std::string_view meant = closest(words.front(), names);
    return Error{ErrorCode::usage, words.front(), "no such command",
                 meant.empty() ? "see 'kindling help'" : "did you mean '" + std::string(meant) + "'?"};
  }
  if (console.json()) {
    Json array = Json::array();
    for (const Verb& known : verbs()) {
      if (verb == nullptr || verb == &known) array.push(verb_json(known));
    }
    console.print_json(Json::object({{"commands", std::move(array)}}));
  } else if (session.arguments.toggle("man")) {
    console.print(man_page());
  } else {
    console.print(verb == nullptr ? overall_help() : verb_help(*verb));
  }
  return ExitCode::ok;
}

}  // namespace kindling
