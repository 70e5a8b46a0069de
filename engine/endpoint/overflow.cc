#include "engine/endpoint/overflow.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

namespace kindling {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The number at the start of `text`, which may hold thousands separators ("262,144"); 0 if there is none.
std::uint64_t leading_number(std::string_view text) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < text.size() && value < 1'000'000'000'000; ++i) {
    const bool separator = text[i] == ',' && i > 0 && i + 1 < text.size() && is_digit(text[i + 1]);
    if (!is_digit(text[i]) && !separator) break;
    if (!separator) value = value * 10 + static_cast<std::uint64_t>(text[i] - '0');
  }
  return value;
}

// The number that follows one of these words.
std::uint64_t number_after(std::string_view message, std::span<const std::string_view> phrases) {
  for (const std::string_view phrase : phrases) {
    const std::size_t at = message.find(phrase);
    if (at == std::string_view::npos) continue;
    if (const std::uint64_t number = leading_number(message.substr(at + phrase.size())); number > 0)
      return number;
  }
  return 0;
}

// The number that stands right before these words: "(1015 in the messages".
std::uint64_t number_before(std::string_view message, std::string_view phrase) {
  const std::size_t end = message.find(phrase);
  if (end == std::string_view::npos) return 0;
  std::size_t begin = end;
  while (begin > 0 && (is_digit(message[begin - 1]) || message[begin - 1] == ',')) --begin;
  return leading_number(message.substr(begin, end - begin));
}

constexpr std::array<std::string_view, 14> window_phrases = {
    "maximum context length is ",
    "context length is only ",
    "maximum model length of ",
    "available context size (",
    "maximum number of tokens allowed (",
    "max context length of ",
    "context window of ",
    "maximum prompt length is ",
    "model's context length (",
    "exceeds the limit of ",
    "exceeded model token limit: ",
    "must be less than max_seq_len (",
    "configured limit of ",
    "must be <= ",
};

constexpr std::array<std::string_view, 17> prompt_phrases = {
    "messages resulted in ", "you passed ",
    "your request has ",     "input token count (",
    "prompt is too long: ",  "decoder prompt (length ",
    "request contains ",     "prompt contains at least ",
    "prompt contains ",      "request (",
    "the input (",           "prompt token count of ",
    "(requested: ",          "length of prompt_tokens (",
    "requested tokens (",    "given: ",
    "you requested about ",
};

constexpr std::array<std::string_view, 21> overflow_phrases = {
    "maximum context length",
    "context length is only",
    "longer than the maximum model length",
    "longer than the model's context length",
    "available context size",
    "prompt is too long",
    "input is too long for requested model",
    "exceeds the maximum number of tokens",
    "exceeds the context window",
    "exceed context window of ",
    "exceeds the context length",
    "exceeds the model's context",
    "greater than the context length",
    "reduce the length of the messages",
    "maximum prompt length is",
    "too large for model with",
    "must be less than max_seq_len",
    "exceeded model token limit",
    "exceed the configured limit of",
    "`inputs` tokens + `max_new_tokens` must be",
    "context window exceeds limit",
};

bool says_overflow(const Json& error, std::string_view message) {
  const std::string_view code = error["code"].as_string();
  const std::string_view type = error["type"].as_string();
  if (code == "context_length_exceeded" || type == "exceed_context_size_error") return true;
  // GitHub's gateway: "prompt token count of 140000 exceeds the limit of 128000".
  if (message.find("prompt token count of ") != std::string_view::npos) return true;
  return std::any_of(overflow_phrases.begin(), overflow_phrases.end(),
                     [&](std::string_view phrase) { return message.find(phrase) != std::string_view::npos; });
}

std::uint64_t positive(const Json& number) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, number.as_integer()));
}

}  // namespace

std::optional<ChatEndpoint::Overflow> parse_overflow(const Json& error, std::string_view message) {
  const std::string lower = lower_case(message);
  if (!says_overflow(error, lower)) return std::nullopt;
  ChatEndpoint::Overflow overflow;
  overflow.tokens = positive(error["n_prompt_tokens"]);
  overflow.window = positive(error["n_ctx"]);
  if (overflow.tokens == 0) overflow.tokens = number_before(lower, " in the messages");
  if (overflow.tokens == 0) overflow.tokens = number_before(lower, " in your prompt");
  if (overflow.tokens == 0) overflow.tokens = number_before(lower, " of text input");
  if (overflow.tokens == 0) {
    overflow.tokens = number_after(lower, prompt_phrases);
    overflow.at_least = lower.find("contains at least ") != std::string::npos;
  }
  if (overflow.window == 0) overflow.window = number_after(lower, window_phrases);
  if (overflow.window == 0)
    overflow.window = number_before(lower, " maximum");  // Anthropic: "208310 tokens > 200000 maximum"
  return overflow;
}

}  // namespace kindling
