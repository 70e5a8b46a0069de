// From flags and settings to the options of one question: what `ask` and `replay` share.
#pragma once

#include <optional>

#include "base/result.h"
#include "cli/session.h"
#include "engine/ask.h"

namespace kindling {

// All of them: packing, media, pinned documents, instructions, subagents, tools. `profile`: absent when the
// answer is extractive. Errors: those of each.
[[nodiscard]] Result<AskOptions> read_ask_options(Session& session, const std::optional<ModelProfile>& profile,
                                                  const Snapshot& snapshot);

}  // namespace kindling
