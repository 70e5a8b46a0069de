// The tokens of a whole request as it is serialised: texts, what the template puts around each message, tools
// with their schemas, pictures and recordings.
//
// Roles and separators are part of the profile's overhead; prior turns are messages like any other. JSON of the
// transport (escapes, braces, base64) is not seen by the model and not counted.
// Pure; safe from any thread.
#pragma once

#include <span>

#include "base/json.h"
#include "base/span.h"
#include "engine/generator.h"
#include "engine/media/media.h"
#include "engine/profile.h"
#include "tokenizer/calibration.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

struct RequestParts {
  std::span<const ChatMessage> messages;  // with the media in them
  Json tools = {};                        // as sent: a list of functions with their schemas; null: none
  std::span<const Medium> media = {};     // besides, not yet in a message
};

// `tokenizer` is the profile's. The true count is at most `tokens_max`, as its bound() says; for media as far
// as the profile's formula is the model's.
[[nodiscard]] TokenCount count_request(const ModelProfile& profile, const Tokenizer& tokenizer,
                                       const RequestParts& parts);

// What an endpoint's own count of a request teaches: the request's shape, what we had foretold, the truth.
// Requires: no media, whose formulas would be mistaken for texts.
[[nodiscard]] Observation observe_request(const ModelProfile& profile, const Tokenizer& tokenizer,
                                          const RequestParts& parts, std::uint64_t truth);

}  // namespace kindling
