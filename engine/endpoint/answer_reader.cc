#include "engine/endpoint/answer_reader.h"

#include <algorithm>

namespace kindling {
namespace {

// Content is a string, or a list of parts of which only text is the answer.
std::string content_text(const Json& content) {
  if (content.is_string()) return std::string(content.as_string());
  std::string text;
  for (const Json& part : content.items()) {
    if (part["type"].as_string() == "text" || part["type"].as_string() == "output_text")
      text += part["text"].as_string();
  }
  return text;
}

std::uint64_t count(const Json& number) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, number.as_integer()));
}

Usage parse_usage(const Json& usage) {
  Usage parsed;
  parsed.prompt_tokens = count(usage["prompt_tokens"]);
  parsed.completion_tokens = count(usage["completion_tokens"]);
  parsed.cached_tokens = count(usage.at("prompt_tokens_details.cached_tokens"));
  if (parsed.cached_tokens == 0) parsed.cached_tokens = count(usage["prompt_cache_hit_tokens"]);  // DeepSeek
  parsed.cached_tokens = std::min(parsed.cached_tokens, parsed.prompt_tokens);
  parsed.reasoning_tokens = count(usage.at("completion_tokens_details.reasoning_tokens"));
  parsed.reported = parsed.prompt_tokens > 0;  // a server that does not count says 0
  return parsed;
}

}  // namespace

std::string AnswerReader::take(const Json& value) {
  if (const Usage usage = parse_usage(value["usage"]); usage.reported) usage_ = usage;
  for (const Json& choice : value["choices"].items()) {
    if (choice["index"].as_integer() != 0) continue;
    saw_choice_ = true;
    if (!choice["finish_reason"].as_string().empty()) finish_reason_ = choice["finish_reason"].as_string();
    const Json& message = choice["delta"].is_object() ? choice["delta"] : choice["message"];
    if (!message["reasoning_content"].as_string().empty() || !message["reasoning"].as_string().empty()) {
      saw_reasoning_ = true;
    }
    refusal_ += message["refusal"].as_string();
    tool_calls_.take(message["tool_calls"]);
    const std::string text = content_text(message["content"]);
    saw_text_ = saw_text_ || !text.empty();
    return think_.feed(text);
  }
  return {};
}

}  // namespace kindling
