// --thinking contemplating: its flags, what it says before and after, and its part of the JSON.
#pragma once

#include <string>

#include "base/json.h"
#include "cli/session.h"
#include "engine/ask.h"

namespace kindling {

// --subagents, --whole, --plan-by-model, --cost-max, --tokens-max and --calls-max; --whole by itself means
// contemplating. The plan is said on stderr, but not under --json. Errors: `usage` for any of them in another
// mode.
[[nodiscard]] Status read_contemplation(Session& session, AskOptions& options);

// "4 subagents read 812 passages in 4 shards, then 1 reduction: at most 7 calls (2 retries), ..."
[[nodiscard]] std::string plan_line(const ContemplationPlan& plan);
// What it came to. Requires: an answer of a contemplation.
[[nodiscard]] std::string usage_line(const Answer& answer);

// `plan`, `subagents`, `reductions` and `calls`.
void add_contemplation(Json& object, const Contemplation& contemplation);

}  // namespace kindling
