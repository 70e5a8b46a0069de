#include "engine/mirror/pair.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/env.h"

namespace kindling {
namespace {

constexpr std::string_view pair_kind = "kindling pair";
constexpr std::int64_t pair_version = 1;

Json message_json(const MirroredMessage& message) {
  Json object = Json::object({{"role", message.role}, {"content", message.content}});
  if (!message.tool_calls.empty()) {
    Json calls = Json::array();
    for (const ToolCall& call : message.tool_calls)
      calls.push(Json::object({{"id", call.id}, {"name", call.name}, {"arguments", call.arguments}}));
    object.set("tool_calls", std::move(calls));
  }
  if (!message.tool_call_id.empty()) object.set("tool_call_id", message.tool_call_id);
  if (!message.media.empty()) {
    Json media = Json::array();
    for (const std::string& medium : message.media) media.push(medium);
    object.set("media", std::move(media));
  }
  return object;
}

Json span_json(ByteSpan span) { return Json::object({{"begin", span.begin}, {"end", span.end}}); }

Json passage_json(const Passage& passage) {
  const Place& place = passage.place;
  Json headings = Json::array();
  for (const std::string& heading : place.heading_path) headings.push(heading);
  return Json::object({{"number", passage.number},
                       {"document", place.document},
                       {"uri", place.uri},
                       {"title", place.title},
                       {"heading_path", std::move(headings)},
                       {"page", place.page},
                       {"span", span_json(place.span)},
                       {"text_span", span_json(place.text_span)},
                       {"token_count", passage.token_count},
                       {"text", passage.text}});
}

Json usage_json_of(const Usage& usage) {
  return Json::object({{"prompt_tokens", usage.prompt_tokens},
                       {"completion_tokens", usage.completion_tokens},
                       {"cached_tokens", usage.cached_tokens},
                       {"reasoning_tokens", usage.reasoning_tokens},
                       {"cost", usage.cost < 0 ? Json() : Json(usage.cost)},
                       {"reported", usage.reported}});
}

Json answer_json(const MirroredAnswer& answer) {
  Json object = Json::object({{"profile", answer.profile}, {"model", answer.model}});
  if (!answer.answered()) {
    object.set("error", Json::object({{"code", answer.error_code}, {"message", answer.error}}));
  } else {
    object.set("answer", answer.text);
    object.set("finish", answer.finish);
    if (!answer.note.empty()) object.set("note", answer.note);
    object.set("usage", usage_json_of(answer.usage));
  }
  object.set("timings_ms", Json::object({{"first_token", answer.first_token_ms}, {"total", answer.total_ms}}));
  return object;
}

std::uint64_t count_of(const Json& value) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(value.as_integer(), 0));
}

std::uint32_t small_count_of(const Json& value) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(count_of(value), UINT32_MAX));
}

ByteSpan read_span(const Json& value) { return {small_count_of(value["begin"]), small_count_of(value["end"])}; }

MirroredMessage read_message(const Json& value) {
  MirroredMessage message{std::string(value["role"].as_string()), std::string(value["content"].as_string())};
  for (const Json& call : value["tool_calls"].items()) {
    message.tool_calls.push_back({std::string(call["id"].as_string()), std::string(call["name"].as_string()),
                                  std::string(call["arguments"].as_string())});
  }
  message.tool_call_id = value["tool_call_id"].as_string();
  for (const Json& medium : value["media"].items()) message.media.emplace_back(medium.as_string());
  return message;
}

Passage read_passage(const Json& value) {
  Passage passage;
  passage.number = small_count_of(value["number"]);
  passage.place.document = value["document"].as_string();
  passage.place.uri = value["uri"].as_string();
  passage.place.title = value["title"].as_string();
  for (const Json& heading : value["heading_path"].items())
    passage.place.heading_path.emplace_back(heading.as_string());
  passage.place.page = small_count_of(value["page"]);
  passage.place.span = read_span(value["span"]);
  passage.place.text_span = read_span(value["text_span"]);
  passage.token_count = count_of(value["token_count"]);
  passage.text = value["text"].as_string();
  return passage;
}

MirroredAnswer read_answer(const Json& value) {
  MirroredAnswer answer;
  answer.profile = value["profile"].as_string();
  answer.model = value["model"].as_string();
  answer.text = value["answer"].as_string();
  answer.finish = value["finish"].as_string();
  answer.note = value["note"].as_string();
  const Json& usage = value["usage"];
  answer.usage = {count_of(usage["prompt_tokens"]), count_of(usage["completion_tokens"]),
                  count_of(usage["cached_tokens"]), count_of(usage["reasoning_tokens"]),
                  usage["cost"].as_double(-1),      usage["reported"].as_bool()};
  answer.first_token_ms = value.at("timings_ms.first_token").as_double(-1);
  answer.total_ms = value.at("timings_ms.total").as_double(-1);
  answer.error_code = value.at("error.code").as_string();
  answer.error = value.at("error.message").as_string();
  return answer;
}

ThinkingMode thinking_of(std::string_view name) {
  for (const ThinkingMode mode : {ThinkingMode::thinking, ThinkingMode::contemplating}) {
    if (name == to_string(mode)) return mode;
  }
  return ThinkingMode::instant;
}

Error not_a_pair(std::string key, std::string why) {
  return {ErrorCode::malformed, std::move(key), std::move(why), "remove the file"};
}

}  // namespace

std::string new_pair_id() { return fmt::format("{:013}-{:016x}", now_ms(), random_u64()); }

bool is_pair_id(std::string_view id) {
  const auto digits = [](std::string_view text, std::string_view among) {
    return !text.empty() && text.find_first_not_of(among) == text.npos;
  };
  const std::size_t dash = id.find('-');
  return id.size() <= 40 && dash != id.npos && digits(id.substr(0, dash), "0123456789") &&
         digits(id.substr(dash + 1), "0123456789abcdef");
}

std::vector<MirroredMessage> mirrored(const std::vector<ChatMessage>& messages) {
  std::vector<MirroredMessage> out;
  for (const ChatMessage& message : messages) {
    MirroredMessage copy{message.role, message.content, message.tool_calls, message.tool_call_id, {}};
    for (const Medium& medium : message.media) {
      const std::string what = medium.bytes ? "sha256:" + sha256_hex(*medium.bytes) : medium.url;
      copy.media.push_back(fmt::format("{} {} {}", to_string(medium.kind), medium.name, what));
    }
    out.push_back(std::move(copy));
  }
  return out;
}

Json to_json(const Pair& pair) {
  Json messages = Json::array();
  for (const MirroredMessage& message : pair.messages) messages.push(message_json(message));
  Json passages = Json::array();
  for (const Passage& passage : pair.passages) passages.push(passage_json(passage));
  return Json::object({{"kind", pair_kind},
                       {"version", pair_version},
                       {"id", pair.id},
                       {"complete", pair.complete},
                       {"question", pair.question},
                       {"messages", std::move(messages)},
                       {"passages", std::move(passages)},
                       {"request", Json::object({{"thinking", to_string(pair.thinking)},
                                                 {"output_tokens_max", pair.output_tokens_max}})},
                       {"first", answer_json(pair.first)},
                       {"second", answer_json(pair.second)}});
}

Result<Pair> read_pair(std::string_view text) {
  KINDLING_TRY(const Json object, parse_json(text));
  if (object["kind"].as_string() != pair_kind) return not_a_pair("kind", "not a mirrored pair");
  if (object["version"].as_integer() != pair_version) return not_a_pair("version", "of another version");
  Pair pair;
  pair.id = object["id"].as_string();
  if (!is_pair_id(pair.id)) return not_a_pair("id", "not a pair's");
  pair.complete = object["complete"].as_bool();
  pair.question = object["question"].as_string();
  for (const Json& message : object["messages"].items()) pair.messages.push_back(read_message(message));
  if (pair.messages.empty()) return not_a_pair("messages", "there are none");
  for (const Json& passage : object["passages"].items()) pair.passages.push_back(read_passage(passage));
  pair.thinking = thinking_of(object.at("request.thinking").as_string());
  pair.output_tokens_max = count_of(object.at("request.output_tokens_max"));
  pair.first = read_answer(object["first"]);
  pair.second = read_answer(object["second"]);
  if (pair.second.profile.empty()) return not_a_pair("second.profile", "missing");
  return pair;
}

}  // namespace kindling
