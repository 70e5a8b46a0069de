#include "tests/support/chat_replies.h"

#include <algorithm>
#include <cstdlib>

#include "base/check.h"

namespace kindling {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' ', 1), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::string body_of(const Reply& reply) {
  std::string body;
  for (const Reply::Piece& piece : reply.pieces) body += piece.bytes;
  return body;
}

std::string first_sentence(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  const std::size_t stop = text.find(". ");
  return std::string(stop == std::string_view::npos ? text : text.substr(0, stop + 1));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view RecordedRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

Reply plain_reply(int status, std::string content_type, std::string body) {
  Reply reply;
  reply.status = status;
  reply.headers.emplace_back("Content-Type", std::move(content_type));
  reply.pieces.push_back({std::move(body), {}});
  return reply;
}

Reply json_reply(int status, const Json& body) {
  return plain_reply(status, "application/json", to_string(body));
}

Reply error_reply(int status, std::string_view message, std::string_view type, std::string_view code) {
  return json_reply(
      status,
      Json::object(
          {{"error",
            Json::object({{"message", message}, {"type", type}, {"param", nullptr}, {"code", code}})}}));
}

Json chunk_json(const Json& delta, const Json& finish_reason) {
  Json choice =
      Json::object({{"index", 0}, {"delta", delta}, {"logprobs", nullptr}, {"finish_reason", finish_reason}});
  Json choices = Json::array();
  choices.push(std::move(choice));
  return Json::object({{"id", "chatcmpl-test"},
                       {"object", "chat.completion.chunk"},
                       {"created", 1},
                       {"model", "test"},
                       {"choices", std::move(choices)}});
}

std::string event_text(const Json& data, std::string_view line_end, std::string_view name) {
  std::string text;
  if (!name.empty()) text = "event: " + std::string(name) + std::string(line_end);
  text += "data: " + to_string(data);
  return text.append(line_end).append(line_end);
}

Json usage_json(std::uint64_t prompt, std::uint64_t completion, std::uint64_t cached, std::uint64_t reasoning) {
  return Json::object({{"prompt_tokens", prompt},
                       {"completion_tokens", completion},
                       {"total_tokens", prompt + completion},
                       {"prompt_tokens_details", Json::object({{"cached_tokens", cached}})},
                       {"completion_tokens_details", Json::object({{"reasoning_tokens", reasoning}})}});
}

Reply stream_reply(const StreamScript& script) {
  Reply reply;
  reply.framing = Reply::Framing::chunked;
  reply.headers = {{"Content-Type", script.content_type}, {"Cache-Control", "no-cache"}};
  const auto event = [&](Json data, std::chrono::milliseconds pause) {
    if (script.usage_everywhere && !data.has("usage")) data.set("usage", script.usage);
    std::string text = script.comments ? ": keep-alive" + script.line_end + script.line_end : std::string();
    reply.pieces.push_back({text + event_text(data, script.line_end, script.event_name), pause});
  };
  if (script.byte_order_mark) reply.pieces.push_back({"\xef\xbb\xbf", {}});
  event(chunk_json(Json::object({{"role", "assistant"}, {"content", ""}}), nullptr), {});
  if (!script.reasoning.empty())
    event(chunk_json(Json::object({{script.reasoning_name, script.reasoning}}), nullptr), {});
  for (const std::string& token : script.tokens) {
    event(chunk_json(Json::object({{"content", token}}), nullptr), script.pause);
  }
  for (const Json& piece : script.tool_calls.items()) {
    Json pieces = Json::array();
    pieces.push(piece);
    event(chunk_json(Json::object({{"tool_calls", std::move(pieces)}}), nullptr), script.pause);
  }
  if (!script.finish.empty()) event(chunk_json(Json::object(), script.finish), {});
  if (!script.usage.is_null()) {
    Json last = chunk_json(Json::object(), nullptr);
    last.set("choices", Json::array()).set("usage", script.usage);
    event(last, {});
  }
  if (script.done) reply.pieces.push_back({"data: [DONE]" + script.line_end + script.line_end, {}});
  return reply;
}

Reply completion_reply(std::string_view text, std::string_view finish, const Json& usage) {
  return message_reply(Json::object({{"role", "assistant"}, {"content", text}}), finish, usage);
}

Reply message_reply(Json message, std::string_view finish, const Json& usage) {
  Json choices = Json::array();
  choices.push(Json::object(
      {{"index", 0}, {"message", std::move(message)}, {"logprobs", nullptr}, {"finish_reason", finish}}));
  return json_reply(200, Json::object({{"id", "chatcmpl-test"},
                                       {"object", "chat.completion"},
                                       {"created", 1},
                                       {"model", "test"},
                                       {"choices", std::move(choices)},
                                       {"usage", usage}}));
}

Reply cut_into_pieces(Reply reply, std::size_t size) {
  const std::string body = body_of(reply);
  reply.pieces.clear();
  for (std::size_t at = 0; at < body.size(); at += size) reply.pieces.push_back({body.substr(at, size), {}});
  return reply;
}

Reply stop_after(Reply reply, std::size_t size, Reply::Ending ending) {
  reply.pieces = {{body_of(reply).substr(0, size), {}}};
  reply.framing = Reply::Framing::chunked;
  reply.ending = ending;
  return reply;
}

Reply stop_after_tokens(const StreamScript& script, std::size_t count, Reply::Ending ending) {
  StreamScript shorter = script;
  shorter.tokens.resize(std::min(count, script.tokens.size()));
  shorter.finish.clear();
  shorter.usage = {};
  shorter.done = false;
  Reply reply = stream_reply(shorter);
  reply.ending = ending;
  return reply;
}

std::string quoted_passage(const Json& request) {
  std::string_view last;
  for (const Json& message : request["messages"].items()) {
    std::string_view text = message["content"].as_string();
    if (message["content"].is_array()) text = message["content"].items().front()["text"].as_string();
    last = text;
    for (std::size_t at = 0; at < text.size(); at = std::min(text.find('\n', at), text.size() - 1) + 1) {
      std::size_t digits = at + 1;
      while (digits < text.size() && is_digit(text[digits])) ++digits;
      if (text[at] != '[' || digits == at + 1 || text.substr(digits, 2) != "] ") continue;
      return first_sentence(text.substr(digits + 2)) + " " + std::string(text.substr(at, digits + 1 - at));
    }
  }
  return first_sentence(last);
}

namespace {

std::uint64_t tokens_of(const RecordedRequest& request) { return request.body.size() / 4; }

// The refusal of what is no request; absent if it is one.
std::optional<Reply> malformed_request(const RecordedRequest& request) {
  if (!request.target.ends_with("/chat/completions")) return std::nullopt;
  const auto bad = [](std::string_view why) {
    return error_reply(400, why, "invalid_request_error", "invalid_value");
  };
  if (!request.json.is_object()) return bad("We could not parse the JSON body of your request.");
  if (request.json["model"].as_string().empty()) return bad("you must provide a model parameter");
  if (request.json["messages"].items().empty()) return bad("Missing required parameter: 'messages'.");
  return std::nullopt;
}

// As much of it as the request allows.
Reply said(const RecordedRequest& request, StreamScript script) {
  const Json& limit = request.json[request.json.has("max_tokens") ? "max_tokens" : "max_completion_tokens"];
  const auto limit_tokens = static_cast<std::size_t>(std::max<std::int64_t>(limit.as_integer(1 << 20), 1));
  if (script.tokens.size() > limit_tokens) {
    script.tokens.resize(limit_tokens);
    script.finish = "length";
  }
  const Json usage = usage_json(tokens_of(request), script.tokens.size() + script.tool_calls.items().size());
  if (request.json["stream"].as_bool()) {
    if (request.json.at("stream_options.include_usage").as_bool()) script.usage = usage;
    return stream_reply(script);
  }
  std::string text;
  for (const std::string& token : script.tokens) text += token;
  return completion_reply(text, script.finish, usage);
}

std::string_view last_text(const Json& request) {
  const auto& messages = request["messages"].items();
  if (messages.empty()) return {};
  const Json& content = messages.back()["content"];
  return content.is_array() && !content.items().empty() ? content.items().front()["text"].as_string()
                                                        : content.as_string();
}

// The name that follows `mark`, up to what cannot be part of one.
std::string_view name_after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + mark.size());
  return text.substr(0, text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"));
}

std::string_view wish_of(const RecordedRequest& request) {
  if (const std::string_view name = request.header("x-fault"); !name.empty()) return name;
  if (const std::string_view name = name_after(request.json["model"].as_string(), "test:"); !name.empty())
    return name;
  return name_after(last_text(request.json), "fault=");
}

Reply windowed_reply(const RecordedRequest& request, std::uint64_t window) {
  const std::uint64_t tokens = tokens_of(request);
  if (tokens <= window) return quoting_reply(request);
  return error_reply(400,
                     "This model's maximum context length is " + std::to_string(window) +
                         " tokens. However, your messages resulted in " + std::to_string(tokens) +
                         " tokens. Please reduce the length of the messages.",
                     "invalid_request_error", "context_length_exceeded");
}

}  // namespace

Reply quoting_reply(const RecordedRequest& request) {
  if (auto refusal = malformed_request(request)) return std::move(*refusal);
  if (request.json["tool_choice"].as_string() == "required") return calling_reply(request);
  StreamScript script;
  script.tokens = words_of(quoted_passage(request.json));
  return said(request, std::move(script));
}

Json tool_call_pieces(std::string_view id, std::string_view name, std::string_view arguments, std::size_t size,
                      std::int64_t index) {
  Json pieces = Json::array();
  pieces.push(Json::object({{"index", index},
                            {"id", id},
                            {"type", "function"},
                            {"function", Json::object({{"name", name}, {"arguments", ""}})}}));
  for (std::size_t at = 0; at < arguments.size(); at += size) {
    pieces.push(Json::object(
        {{"index", index}, {"function", Json::object({{"arguments", arguments.substr(at, size)}})}}));
  }
  return pieces;
}

Reply calling_reply(const RecordedRequest& request) {
  const auto& messages = request.json["messages"].items();
  const bool answered = !messages.empty() && messages.back()["role"].as_string() == "tool";
  const auto& tools = request.json["tools"].items();
  StreamScript script;
  if (answered || tools.empty()) {
    script.tokens = words_of(first_sentence(last_text(request.json)));
    return said(request, std::move(script));
  }
  const Json& function = tools.front()["function"];
  Json arguments = Json::object();
  for (const auto& [name, schema] : function.at("parameters.properties").members()) {
    if (schema["type"].as_string() == "string") arguments.set(name, first_sentence(last_text(request.json)));
    if (schema["type"].as_string() == "integer") arguments.set(name, 1);
  }
  script.tokens = {};
  script.finish = "tool_calls";
  script.tool_calls = tool_call_pieces("call_1", function["name"].as_string(), to_string(arguments), 5);
  if (request.json["stream"].as_bool()) return said(request, std::move(script));
  Json message = Json::object({{"role", "assistant"}, {"content", nullptr}});
  Json calls = Json::array();
  calls.push(Json::object({{"id", "call_1"},
                           {"type", "function"},
                           {"function", Json::object({{"name", function["name"].as_string()},
                                                      {"arguments", to_string(arguments)}})}}));
  message.set("tool_calls", std::move(calls));
  return message_reply(std::move(message), "tool_calls", usage_json(tokens_of(request), 5));
}

namespace {

// One after the other, or by turns.
Json pieces_of(const CallScript& script) {
  std::vector<Json> calls;
  std::size_t longest = 0;
  for (const CallScript::Call& call : script.calls) {
    calls.push_back(tool_call_pieces(call.id, call.name, call.arguments, script.piece_bytes,
                                     static_cast<std::int64_t>(calls.size())));
    longest = std::max(longest, calls.back().items().size());
  }
  Json pieces = Json::array();
  if (!script.interleaved) {
    for (const Json& call : calls)
      for (const Json& piece : call.items()) pieces.push(piece);
    return pieces;
  }
  for (std::size_t i = 0; i < longest; ++i)
    for (const Json& call : calls)
      if (i < call.items().size()) pieces.push(call.items()[i]);
  return pieces;
}

}  // namespace

Reply calls_reply(const RecordedRequest& request, const CallScript& script) {
  if (request.json["stream"].as_bool()) {
    StreamScript stream;
    stream.tokens = words_of(script.before);
    stream.finish = "tool_calls";
    stream.tool_calls = pieces_of(script);
    return said(request, std::move(stream));
  }
  Json calls = Json::array();
  for (const CallScript::Call& call : script.calls) {
    calls.push(
        Json::object({{"id", call.id},
                      {"type", "function"},
                      {"function", Json::object({{"name", call.name}, {"arguments", call.arguments}})}}));
  }
  Json message = Json::object({{"role", "assistant"}, {"content", script.before}});
  message.set("tool_calls", std::move(calls));
  return message_reply(std::move(message), "tool_calls", usage_json(tokens_of(request), 5));
}

Reply scripted_calls(const RecordedRequest& request,
                     const std::function<CallScript(const RecordedRequest&)>& script, bool again) {
  if (auto refusal = malformed_request(request)) return std::move(*refusal);
  const auto& messages = request.json["messages"].items();
  const bool answered = messages.back()["role"].as_string() == "tool";
  if (request.json["tools"].items().empty() || (answered && !again)) return quoting_reply(request);
  return calls_reply(request, script(request));
}

Reply wished_reply(const RecordedRequest& request) {
  const std::string_view wish = wish_of(request);
  if (wish.starts_with("window-")) return windowed_reply(request, std::strtoull(wish.data() + 7, nullptr, 10));
  if (const NamedFault* fault = find_fault(wish)) return fault->reply(request);
  return quoting_reply(request);
}

}  // namespace kindling
