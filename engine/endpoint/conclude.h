// What an ended stream amounts to: how it finished, what it cost, and what the user should know about it.
//
// Pure; safe from any thread.
#pragma once

#include "engine/endpoint/chat_stream.h"
#include "engine/generator.h"
#include "engine/profile.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

// `tokenizer` is the profile's; it counts where the endpoint did not.
[[nodiscard]] Generation conclude(const ModelProfile& profile, const Tokenizer& tokenizer,
                                  const GenerationRequest& request, const ChatStream& stream);

// Whether a server can have counted so many tokens in a request: a byte-level vocabulary makes at most one a
// byte, and the template adds a little. Media make any count possible.
[[nodiscard]] bool is_plausible_count(const ModelProfile& profile, const GenerationRequest& request,
                                      std::uint64_t prompt_tokens);

}  // namespace kindling
