#include "engine/endpoint/chat_request.h"

#include <algorithm>

namespace kindling {
namespace {

// The members that a thinking mode adds. A mode that the profile does not map is asked for as the next lower
// one.
const Json& thinking_members(const Json& modes, ThinkingMode mode) {
  if (mode == ThinkingMode::contemplating && !modes.has("contemplating")) mode = ThinkingMode::thinking;
  return modes[to_string(mode)];
}

void merge(Json& body, const Json& members) {
  for (const auto& [name, value] : members.members()) body.set(name, value);
}

// OpenAI's content parts: data URIs for pictures, bare base64 for recordings.
Json part_json(const Medium& medium) {
  if (medium.kind == MediumKind::image) {
    const std::string uri = "data:image/" + medium.format + ";base64," + base64(*medium.bytes);
    return Json::object({{"type", "image_url"}, {"image_url", Json::object({{"url", uri}})}});
  }
  return Json::object(
      {{"type", "input_audio"},
       {"input_audio", Json::object({{"data", base64(*medium.bytes)}, {"format", medium.format}})}});
}

}  // namespace

Json message_json(const ChatMessage& message) {
  if (message.media.empty()) return Json::object({{"role", message.role}, {"content", message.content}});
  Json parts = Json::array();
  parts.push(Json::object({{"type", "text"}, {"text", message.content}}));
  for (const Medium& medium : message.media) parts.push(part_json(medium));
  return Json::object({{"role", message.role}, {"content", std::move(parts)}});
}

Json chat_body(const ModelProfile& profile, const GenerationRequest& request) {
  const Json& parameters = profile.parameters;
  Json messages = Json::array();
  for (const ChatMessage& message : request.messages) {
    messages.push(message_json(message));
  }
  Json body = Json::object({{"model", profile.model}, {"messages", std::move(messages)}});
  if (request.output_tokens_max > 0) {
    body.set(parameters["output_limit"].as_string("max_tokens"),
             std::min(request.output_tokens_max, profile.output_max));
  }
  merge(body, parameters["body"]);
  merge(body, thinking_members(parameters["thinking"], request.thinking));
  body.set("stream", request.stream);
  if (request.stream && parameters["stream_usage"].as_bool(true)) {
    body.set("stream_options", Json::object({{"include_usage", true}}));
  }
  return body;
}

}  // namespace kindling
