// Tools that a model may call: --tools, and what was called.
#pragma once

#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/session.h"
#include "engine/ask.h"

namespace kindling {

// What --tools names. Errors: `usage` where no model would call them (`has_model` is false); those of
// read_tools_file and check_tool_choice.
[[nodiscard]] Result<ToolChoice> read_tools(Session& session, bool has_model);

[[nodiscard]] Json tool_calls_json(const std::vector<ToolUse>& uses);

// On stderr, where there were any: "3 tool calls: search, search, open (failed); 812 tokens".
void note_tool_calls(Session& session, const std::vector<ToolUse>& uses);

}  // namespace kindling
