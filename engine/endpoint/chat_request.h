// The body of a Chat Completions request, as a profile's endpoint wants it.
#pragma once

#include "base/json.h"
#include "engine/generator.h"

namespace kindling {

// One message as it is sent: its content is a text, or with media a list of parts, the text first, since it
// begins with what a prompt cache keeps.
[[nodiscard]] Json message_json(const ChatMessage& message);

// The same request gives the same bytes, so that recorded requests can be compared.
[[nodiscard]] Json chat_body(const ModelProfile& profile, const GenerationRequest& request);

}  // namespace kindling
