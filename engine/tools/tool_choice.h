// Which tools a model may call and within which bounds, and what it called: values only, for engine/ask.h.
//
// A tool is offered because the user named it, and for no other reason: no text of a document, of a tool or of
// the model adds one, and a call of anything else is answered with an error and does nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace kindling {

// What a model is told of a tool.
struct ToolSpec {
  std::string name;         // letters, digits, '_' and '-'; at most 64
  std::string description;  // for the model
  Json parameters;          // JSON Schema of an object, within what engine/tools/schema.h knows
};

// A program of the user's (engine/tools/command_tool.h).
struct CommandSpec {
  ToolSpec spec;
  std::vector<std::string> command;  // the program's path, then its arguments
  double seconds_max = 10;
  std::size_t output_bytes_max = 16u << 10;
};

// Bounds of one question. What reaches one of them ends the offer: the model is asked once more, without tools.
struct ToolLimits {
  unsigned rounds_max = 4;   // requests that offer tools; one without them may follow
  unsigned calls_max = 16;   // those beyond it in one message are not run
  unsigned refused_max = 3;  // calls with arguments that do not fit, or of tools that are not there
  double seconds_max = 60;   // that tools may run, all together
  std::uint64_t result_tokens_max = 8'192;      // of one result, by the profile's bound
  std::size_t arguments_bytes_max = 64u << 10;  // of one call
  std::size_t arguments_depth_max = 32;
};

struct ToolChoice {
  bool index = false;  // search, open, read_span and count (engine/tools/index_tools.h)
  std::vector<CommandSpec> commands;
  ToolLimits limits = {};

  [[nodiscard]] bool any() const { return index || !commands.empty(); }
};

// A call and what came of it.
struct ToolUse {
  unsigned round = 0;  // from 1: which request was answered with it
  std::string name;
  std::string arguments;     // as the model wrote them; at most `shown_arguments_bytes_max`
  bool ok = false;           // it ran, and what it gave was sent
  std::uint64_t tokens = 0;  // of its result as sent, estimated
  double ms = 0;
  std::string error;  // why it is not ok
};

inline constexpr std::size_t shown_arguments_bytes_max = 2'000;

}  // namespace kindling
