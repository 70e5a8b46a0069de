#include "tests/support/chat_replies.h"

#include <algorithm>

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
  const auto event = [&](const Json& data, std::chrono::milliseconds pause) {
    std::string text = script.comments ? ": keep-alive" + script.line_end + script.line_end : std::string();
    reply.pieces.push_back({text + event_text(data, script.line_end, script.event_name), pause});
  };
  if (script.byte_order_mark) reply.pieces.push_back({"\xef\xbb\xbf", {}});
  event(chunk_json(Json::object({{"role", "assistant"}, {"content", ""}}), nullptr), {});
  if (!script.reasoning.empty())
    event(chunk_json(Json::object({{"reasoning_content", script.reasoning}}), nullptr), {});
  for (const std::string& token : script.tokens) {
    event(chunk_json(Json::object({{"content", token}}), nullptr), script.pause);
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
  Json choices = Json::array();
  choices.push(Json::object({{"index", 0},
                             {"message", Json::object({{"role", "assistant"}, {"content", text}})},
                             {"logprobs", nullptr},
                             {"finish_reason", finish}}));
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

Reply quoting_reply(const RecordedRequest& request) {
  const std::string text = quoted_passage(request.json);
  StreamScript script;
  script.tokens = words_of(text);
  const Json usage = usage_json(request.body.size() / 4, script.tokens.size());
  if (!request.json["stream"].as_bool()) return completion_reply(text, "stop", usage);
  if (request.json.at("stream_options.include_usage").as_bool()) script.usage = usage;
  return stream_reply(script);
}

}  // namespace kindling
