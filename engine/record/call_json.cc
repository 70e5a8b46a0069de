#include "engine/record/call_json.h"

#include <limits>
#include <utility>

#include "base/utf8.h"
#include "engine/record/message_reader.h"
#include "tokenizer/rank_file.h"

namespace kindling {
namespace {

Error malformed(std::string where) {
  return {ErrorCode::malformed, std::move(where), "is missing or of the wrong kind", ""};
}

void set_bytes(Json& object, const std::string& bytes) {
  if (is_valid_utf8(bytes)) {
    object.set("text", bytes);
  } else {
    object.set("base64", base64(bytes));
  }
}

Result<std::string> read_bytes(const Json& object, std::string_view where) {
  if (object["text"].is_string()) return std::string(object["text"].as_string());
  if (auto bytes = from_base64(object["base64"].as_string()); object["base64"].is_string() && bytes)
    return *std::move(bytes);
  return malformed(std::string(where) + ": text or base64");
}

Json bytes_json(const std::string& bytes) {
  Json object = Json::object();
  set_bytes(object, bytes);
  return object;
}

Json exchange_json(const RecordedExchange& exchange) {
  Json headers = Json::object();
  for (const auto& [name, value] : exchange.headers) headers.set(name, value);
  Json events = Json::array();
  for (const RecordedEvent& event : exchange.events) {
    Json one = Json::object({{"ms", event.ms}});
    set_bytes(one, event.bytes);
    events.push(std::move(one));
  }
  Json object = Json::object({{"url", exchange.url},
                              {"begin_ms", exchange.begin_ms},
                              {"total_ms", exchange.total_ms},
                              {"request", bytes_json(exchange.request)},
                              {"status", exchange.status},
                              {"headers", std::move(headers)},
                              {"events", std::move(events)}});
  if (!exchange.body.empty()) object.set("body", bytes_json(exchange.body));
  if (exchange.error) object.set("error", error_json(*exchange.error));
  return object;
}

Result<RecordedExchange> read_exchange(const Json& json) {
  RecordedExchange exchange;
  exchange.url = json["url"].as_string();
  exchange.begin_ms = json["begin_ms"].as_double();
  exchange.total_ms = json["total_ms"].as_double();
  KINDLING_TRY(exchange.request, read_bytes(json["request"], "request"));
  exchange.status = static_cast<int>(json["status"].as_integer());
  for (const auto& [name, value] : json["headers"].members())
    exchange.headers.emplace_back(name, value.as_string());
  for (const Json& event : json["events"].items()) {
    KINDLING_TRY(std::string bytes, read_bytes(event, "events"));
    exchange.events.push_back({event["ms"].as_double(), std::move(bytes)});
  }
  if (json.has("body")) {
    KINDLING_TRY(exchange.body, read_bytes(json["body"], "body"));
  }
  if (json.has("error")) exchange.error = read_error(json["error"]);
  return exchange;
}

template <typename Enum, std::size_t Count>
Result<Enum> named(std::string_view name, std::string_view where) {
  for (std::size_t i = 0; i < Count; ++i) {
    if (to_string(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
  }
  return malformed(std::string(where) + " '" + std::string(name) + "'");
}

constexpr std::size_t finishes = static_cast<std::size_t>(Finish::no_evidence) + 1;
constexpr std::size_t thinking_modes = static_cast<std::size_t>(ThinkingMode::contemplating) + 1;
constexpr std::size_t error_codes = static_cast<std::size_t>(ErrorCode::decoder_crashed) + 1;

Json generation_json(const Generation& generation) {
  Json calls = Json::array();
  for (const ToolCall& call : generation.tool_calls) {
    calls.push(Json::object({{"id", call.id}, {"name", call.name}, {"arguments", call.arguments}}));
  }
  const Usage& usage = generation.usage;
  return Json::object({{"text", generation.text},
                       {"finish", to_string(generation.finish)},
                       {"note", generation.note},
                       {"first_token_ms", generation.first_token_ms},
                       {"limited_ms", generation.limited_ms},
                       {"tool_calls", std::move(calls)},
                       {"usage", Json::object({{"prompt_tokens", usage.prompt_tokens},
                                               {"completion_tokens", usage.completion_tokens},
                                               {"cached_tokens", usage.cached_tokens},
                                               {"reasoning_tokens", usage.reasoning_tokens},
                                               {"cost", usage.cost},
                                               {"reported", usage.reported}})}});
}

std::uint64_t read_count(const Json& json) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(json.as_integer(), 0));
}

Result<Generation> read_generation(const Json& json) {
  Generation generation;
  generation.text = json["text"].as_string();
  KINDLING_TRY(generation.finish, (named<Finish, finishes>(json["finish"].as_string(), "finish")));
  generation.note = json["note"].as_string();
  generation.first_token_ms = json["first_token_ms"].as_double(-1);
  generation.limited_ms = json["limited_ms"].as_double();
  for (const Json& call : json["tool_calls"].items()) {
    generation.tool_calls.push_back({std::string(call["id"].as_string()), std::string(call["name"].as_string()),
                                     std::string(call["arguments"].as_string())});
  }
  const Json& usage = json["usage"];
  generation.usage = {read_count(usage["prompt_tokens"]), read_count(usage["completion_tokens"]),
                      read_count(usage["cached_tokens"]), read_count(usage["reasoning_tokens"]),
                      usage["cost"].as_double(-1),        usage["reported"].as_bool()};
  return generation;
}

}  // namespace

Json error_json(const Error& error) {
  return Json::object(
      {{"code", to_string(error.code)}, {"where", error.where}, {"message", error.why}, {"mend", error.mend}});
}

Error read_error(const Json& json) {
  Error error;
  const auto code = named<ErrorCode, error_codes>(json["code"].as_string(), "code");
  error.code = code.ok() ? *code : ErrorCode::io;
  error.where = json["where"].as_string();
  error.why = json["message"].as_string();
  error.mend = json["mend"].as_string();
  return error;
}

Json call_json(const RecordedCall& call) {
  Json exchanges = Json::array();
  for (const RecordedExchange& exchange : call.exchanges) exchanges.push(exchange_json(exchange));
  Json object = Json::object({{"begin_ms", call.begin_ms},
                              {"thinking", to_string(call.thinking)},
                              {"stream", call.stream},
                              {"output_tokens_max", call.output_tokens_max},
                              {"prompt_tokens_expected", call.prompt_tokens_expected},
                              {"exchanges", std::move(exchanges)}});
  if (call.generation) object.set("generation", generation_json(*call.generation));
  if (call.error) object.set("error", error_json(*call.error));
  return object;
}

Result<RecordedCall> read_call(const Json& json) {
  RecordedCall call;
  call.begin_ms = json["begin_ms"].as_double();
  KINDLING_TRY(call.thinking, (named<ThinkingMode, thinking_modes>(json["thinking"].as_string(), "thinking")));
  call.stream = json["stream"].as_bool(true);
  call.output_tokens_max = read_count(json["output_tokens_max"]);
  call.prompt_tokens_expected = read_count(json["prompt_tokens_expected"]);
  for (const Json& exchange : json["exchanges"].items()) {
    Result<RecordedExchange> read = read_exchange(exchange);
    if (!read.ok()) return std::move(read).within("exchanges").error();
    call.exchanges.push_back(std::move(*read));
  }
  if (json.has("generation")) {
    KINDLING_TRY(call.generation, read_generation(json["generation"]));
  }
  if (json.has("error")) call.error = read_error(json["error"]);
  if (call.generation.has_value() == call.error.has_value()) return malformed("generation or error");
  return call;
}

Result<GenerationRequest> request_of(const RecordedCall& call) {
  if (call.exchanges.empty()) return malformed("exchanges");
  KINDLING_TRY(const Json body, parse_json(call.exchanges.front().request));
  GenerationRequest request;
  request.output_tokens_max = call.output_tokens_max;
  request.prompt_tokens_expected = call.prompt_tokens_expected;
  request.thinking = call.thinking;
  request.stream = call.stream;
  if (body.has("tools")) request.tools = body["tools"];
  if (!body["messages"].is_array()) return malformed("messages");
  for (const Json& message : body["messages"].items()) {
    KINDLING_TRY(ChatMessage read, read_message(message));
    request.messages.push_back(std::move(read));
  }
  return request;
}

}  // namespace kindling
