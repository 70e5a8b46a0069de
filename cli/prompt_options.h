// What of the prompt is the user's own to say: instructions for the model; and the key that keeps the fence
// around pinned documents the same from question to question (engine/pack/fence.h).
#pragma once

#include "base/result.h"
#include "cli/session.h"
#include "engine/ask.h"

namespace kindling {

// Reads --instructions, or the setting of that name: a text, or "@FILE". With pinned documents the key too,
// made in the data folder when there is none; without one the cache of the endpoint is lost, and that is said.
// Errors: those of files, and of check_instructions.
[[nodiscard]] Status read_prompt_options(Session& session, PackOptions& options);

}  // namespace kindling
