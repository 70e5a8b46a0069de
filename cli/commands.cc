#include "cli/commands.h"

#include <algorithm>
#include <utility>

namespace kindling {
namespace {

constexpr std::pair<std::string_view, Command> commands[] = {
    {"index", command_index},
    {"documents", command_documents},
    {"show", command_show},
    {"remove", command_remove},
    {"search", command_search},
    {"pack", command_pack},
    {"ask", command_ask},
    {"chat", command_chat},
    {"replay", command_replay},
    {"tokens", command_tokens},
    {"embed", command_embed},
    {"eval", command_eval},
    {"bench", command_bench},
    {"ab", command_ab},
    {"status", command_status},
    {"verify", command_verify},
    {"compact", command_compact},
    {"snapshot", command_snapshot},
    {"reencode", command_reencode},
    {"models", command_models},
    {"config", command_config},
    {"doctor", command_doctor},
    {"completions", command_completions},
    {"help", command_help},
};

}  // namespace

Command find_command(std::string_view verb) {
  const auto* found = std::ranges::find(commands, verb, &std::pair<std::string_view, Command>::first);
  return found == std::end(commands) ? nullptr : found->second;
}

}  // namespace kindling
