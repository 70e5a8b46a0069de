// Messages as they were sent, read back into what they were made of (engine/endpoint/chat_request.h writes
// them).
//
// Pure; safe from any thread.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "engine/generator.h"

namespace kindling {

// message_json(read_message(json)) == json for whatever message_json writes. Errors: `malformed`.
[[nodiscard]] Result<ChatMessage> read_message(const Json& json);

}  // namespace kindling
