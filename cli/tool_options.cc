#include "cli/tool_options.h"

#include "cli/text_layout.h"
#include "engine/tools/tools_file.h"

namespace kindling {

Result<ToolChoice> read_tools(Session& session, bool has_model) {
  ToolChoice choice;
  const std::vector<std::string> sources = session.arguments.list("tools");
  if (sources.empty()) return choice;
  if (!has_model) {
    return Error{ErrorCode::usage, "--tools", "nobody would call them: the answer is made of sentences",
                 "name a model with --model"};
  }
  for (const std::string& source : sources) {
    if (source == "index") {
      choice.index = true;
      continue;
    }
    KINDLING_TRY(std::vector<CommandSpec> more, read_tools_file(session.files, source).within("--tools"));
    for (CommandSpec& command : more) choice.commands.push_back(std::move(command));
  }
  KINDLING_TRY_VOID(check_tool_choice(choice).within("--tools"));
  return choice;
}

Json tool_calls_json(const std::vector<ToolUse>& uses) {
  Json list = Json::array();
  for (const ToolUse& use : uses) {
    Json object = Json::object({{"round", use.round},
                                {"name", use.name},
                                {"arguments", use.arguments},
                                {"ok", use.ok},
                                {"tokens", use.tokens},
                                {"ms", use.ms}});
    if (!use.error.empty()) object.set("error", use.error);
    list.push(std::move(object));
  }
  return list;
}

void note_tool_calls(Session& session, const std::vector<ToolUse>& uses) {
  if (uses.empty()) return;
  std::string names;
  std::uint64_t tokens = 0;
  for (const ToolUse& use : uses) {
    names += (names.empty() ? "" : ", ") + on_one_line(use.name) + (use.ok ? "" : " (failed)");
    tokens += use.tokens;
  }
  session.note(std::to_string(uses.size()) + (uses.size() == 1 ? " tool call: " : " tool calls: ") + names +
               "; " + std::to_string(tokens) + " tokens");
}

}  // namespace kindling
