#include "engine/pack/request_count.h"

#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"

namespace kindling {
namespace {

// The texts of a request; `tools_text` keeps the one that is made here.
std::vector<std::string_view> texts_of(const RequestParts& parts, std::string& tools_text) {
  std::vector<std::string_view> texts;
  const auto add_captions = [&](std::span<const Medium> media) {
    for (const Medium& medium : media) {
      if (!medium.caption.empty()) texts.emplace_back(medium.caption);
    }
  };
  add_captions(parts.media);
  for (const ChatMessage& message : parts.messages) {
    texts.emplace_back(message.content);
    add_captions(message.media);
    for (const ToolCall& call : message.tool_calls)
      texts.insert(texts.end(), {call.id, call.name, call.arguments});
    if (!message.tool_call_id.empty()) texts.emplace_back(message.tool_call_id);
  }
  if (!parts.tools.is_null()) {
    tools_text = to_string(parts.tools);
    texts.emplace_back(tools_text);
  }
  return texts;
}

// Tools come as something like one more message.
RequestFrame frame_of(const ModelProfile& profile, const RequestParts& parts) {
  return {parts.messages.size() + (parts.tools.is_null() ? 0 : 1), profile.overhead.per_request,
          profile.overhead.per_message};
}

}  // namespace

TokenCount count_request(const ModelProfile& profile, const Tokenizer& tokenizer, const RequestParts& parts) {
  std::string tools_text;
  TokenCount total = tokenizer.count_request(texts_of(parts, tools_text), frame_of(profile, parts));
  const auto add = [&](const Medium& medium) {
    const std::uint64_t tokens = medium_tokens(profile, medium);
    total += {tokens, tokens};
  };
  for (const ChatMessage& message : parts.messages) {
    for (const Medium& medium : message.media) add(medium);
  }
  for (const Medium& medium : parts.media) add(medium);
  return total;
}

Observation observe_request(const ModelProfile& profile, const Tokenizer& tokenizer, const RequestParts& parts,
                            std::uint64_t truth) {
  std::string tools_text;
  Observation observation;
  for (const std::string_view text : texts_of(parts, tools_text)) observation.shape += shape_of(text);
  observation.shape[Trait::request] = 1;
  observation.shape[Trait::message] = frame_of(profile, parts).messages;
  const TokenCount foretold = count_request(profile, tokenizer, parts);
  observation.truth = truth;
  observation.tokens = foretold.tokens;
  observation.tokens_max = foretold.tokens_max;
  observation.calibrated = tokenizer.bound() == TokenBound::calibrated;
  observation.at_ms = now_ms();
  return observation;
}

}  // namespace kindling
