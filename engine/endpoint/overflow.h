// What servers say when a prompt exceeds their window: each says it in other words, most with the true count.
#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"
#include "engine/generator.h"

namespace kindling {

// `error` is the error object of the answer (may be null), `message` its text. Absent if this is not an
// overflow. Known: OpenAI, vLLM (five wordings),
// llama.cpp, SGLang, TGI, LM Studio, Ollama, Anthropic, Gemini, Bedrock, xAI, Mistral, Moonshot, MiniMax,
// OpenRouter, GitHub's gateway (docs/endpoint.md).
[[nodiscard]] std::optional<ChatEndpoint::Overflow> parse_overflow(const Json& error, std::string_view message);

}  // namespace kindling
