// The body of a Chat Completions request, as a profile's endpoint wants it.
#pragma once

#include "base/json.h"
#include "engine/generator.h"

namespace kindling {

// The same request gives the same bytes, so that recorded requests can be compared.
[[nodiscard]] Json chat_body(const ModelProfile& profile, const GenerationRequest& request);

}  // namespace kindling
