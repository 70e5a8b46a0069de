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
    const std::string uri =
        medium.url.empty() ? "data:image/" + medium.format + ";base64," + base64(*medium.bytes) : medium.url;
    return Json::object({{"type", "image_url"}, {"image_url", Json::object({{"url", uri}})}});
  }
  return Json::object(
      {{"type", "input_audio"},
       {"input_audio", Json::object({{"data", base64(*medium.bytes)}, {"format", medium.format}})}});
}

// What the model asked for, or what came of it.
Json tool_message_json(const ChatMessage& message) {
  Json json = Json::object({{"role", message.role}, {"content", message.content}});
  if (!message.tool_call_id.empty()) json.set("tool_call_id", message.tool_call_id);
  for (const ToolCall& call : message.tool_calls) {
    Json calls = json["tool_calls"];
    calls.push(
        Json::object({{"id", call.id},
                      {"type", "function"},
                      {"function", Json::object({{"name", call.name}, {"arguments", call.arguments}})}}));
    json.set("tool_calls", std::move(calls));
  }
  return json;
}

}  // namespace

Json message_json(const ChatMessage& message) {
  if (!message.tool_calls.empty() || !message.tool_call_id.empty()) return tool_message_json(message);
  if (message.media.empty()) return Json::object({{"role", message.role}, {"content", message.content}});
  Json parts = Json::array();
  parts.push(Json::object({{"type", "text"}, {"text", message.content}}));
  for (const Medium& medium : message.media) {
    if (!medium.caption.empty()) parts.push(Json::object({{"type", "text"}, {"text", medium.caption}}));
    parts.push(part_json(medium));
  }
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
  if (!request.tools.items().empty()) body.set("tools", request.tools);
  merge(body, parameters["body"]);
  merge(body, thinking_members(parameters["thinking"], request.thinking));
  body.set("stream", request.stream);
  if (request.stream && parameters["stream_usage"].as_bool(true)) {
    body.set("stream_options", Json::object({{"include_usage", true}}));
  }
  return body;
}

}  // namespace kindling
