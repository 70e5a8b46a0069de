// Recorded calls as JSON, and back without loss: what is read again is equal to what was written, byte for
// byte.
//
// Bytes that are no UTF-8, because a read ended within a letter or a server sent rubbish, are kept in base64.
// Messages and tools are not written twice: they are read back from the body of the request. Pure; safe from
// any thread.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "engine/endpoint/recorded_call.h"
#include "engine/generator.h"

namespace kindling {

[[nodiscard]] Json call_json(const RecordedCall& call);
// Errors: `malformed`, naming the member.
[[nodiscard]] Result<RecordedCall> read_call(const Json& json);

[[nodiscard]] Json error_json(const Error& error);
[[nodiscard]] Error read_error(const Json& json);

// The request that a call was made with. Errors: `malformed`: no exchange was recorded, or its body is none of
// ours.
[[nodiscard]] Result<GenerationRequest> request_of(const RecordedCall& call);

}  // namespace kindling
