// From what was recorded of a run's calls (engine/endpoint/call_recorder.h) to the pair that is mirrored.
//
// Both answers of a pair are made from a recorded call by the same function, so that their times mean the same:
// from the beginning of the call, without the time that our own limits held it back.
// Pure but for the pair's id; safe from any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/ask.h"
#include "engine/endpoint/recorded_call.h"
#include "engine/mirror/pair.h"

namespace kindling {

// What one call came to, as the model said it.
[[nodiscard]] MirroredAnswer mirrored_answer(const ModelProfile& profile, const RecordedCall& call);

// A pair that waits for its second answer. Errors: `unsupported` where the answer did not come from one request
// that could be sent again: nothing was sent, or several calls made it (subagents, tools).
[[nodiscard]] Result<Pair> waiting_pair(std::string_view question, const ModelProfile& first,
                                        std::string_view second_profile, std::span<const RecordedCall> calls,
                                        const Answer& answer);

}  // namespace kindling
