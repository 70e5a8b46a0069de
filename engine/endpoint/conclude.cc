#include "engine/endpoint/conclude.h"

#include <fmt/format.h>

namespace kindling {
namespace {

constexpr double truncation_share = .5;               // a prompt counted at less than this part of ours was cut
constexpr std::uint64_t truncation_tokens_min = 500;  // below, the template and our estimate blur it
constexpr std::uint64_t hidden_tokens_max = 4'096;    // that a server's own instructions may add

Finish finish_of(const GenerationRequest& request, const ChatStream& stream) {
  const std::string& reason = stream.answer().finish_reason();
  if (reason == "length" || reason == "max_tokens") return Finish::length;
  if (reason == "content_filter" || !stream.answer().refusal().empty()) return Finish::refused;
  const bool called = stream.answer().tool_calls().began();
  if ((reason == "tool_calls" || reason == "function_call") && (!called || request.tools.is_null()))
    return Finish::incomplete;
  if (stream.answer().tool_calls().too_large()) return Finish::incomplete;
  return stream.complete() && !stream.stopped() ? Finish::stop : Finish::incomplete;
}

// What is wrong with the endpoint's count of the prompt; empty if nothing is.
std::string count_note(const ModelProfile& profile, const GenerationRequest& request, const Usage& usage) {
  if (!usage.reported) return {};
  if (!is_plausible_count(profile, request, usage.prompt_tokens)) {
    return fmt::format(
        "the endpoint counted {} tokens, more than the request has bytes: its counts and the cost are wrong",
        usage.prompt_tokens);
  }
  const bool cut = request.prompt_tokens_expected >= truncation_tokens_min &&
                   static_cast<double>(usage.prompt_tokens) <
                       truncation_share * static_cast<double>(request.prompt_tokens_expected);
  if (!cut) return {};
  return fmt::format("the endpoint counted {} tokens of about {} sent: it has probably cut the prompt silently",
                     usage.prompt_tokens, request.prompt_tokens_expected);
}

std::string finish_note(const GenerationRequest& request, const ChatStream& stream, Finish finish) {
  if (!stream.answer().refusal().empty()) return "the model refuses: " + stream.answer().refusal();
  if (finish == Finish::refused) return "the endpoint's content filter stopped the answer";
  if (stream.stopped()) return "stopped on request";
  if (stream.answer().tool_calls().too_large()) return "the model's tool calls exceed their limits";
  if (finish == Finish::incomplete && stream.complete()) {
    return request.tools.is_null() ? "the model called a tool, although none was offered"
                                   : "the model says that it called a tool, but named none";
  }
  if (finish == Finish::length && stream.text().empty()) {
    return "all tokens kept for the answer went into reasoning; reserve more, or think less";
  }
  const bool called = stream.answer().tool_calls().began();
  if (finish == Finish::stop && stream.text().empty() && !called) return "the model said nothing";
  return {};
}

double cost_of(const Usage& usage, const Price& price) {
  if (price.input < 0 || price.output < 0) return -1;
  const double cached_price = price.cached_input < 0 ? price.input : price.cached_input;
  const auto cached = static_cast<double>(usage.cached_tokens);
  return (static_cast<double>(usage.prompt_tokens) - cached) * price.input / 1e6 + cached * cached_price / 1e6 +
         static_cast<double>(usage.completion_tokens) * price.output / 1e6;
}

Usage usage_of(const ModelProfile& profile, const Tokenizer& tokenizer, const GenerationRequest& request,
               const ChatStream& stream) {
  Usage usage;
  if (stream.answer().usage()) {
    usage = *stream.answer().usage();
  } else {
    usage.prompt_tokens = request.prompt_tokens_expected;
    usage.completion_tokens = tokenizer.count(stream.text()).tokens;
  }
  usage.cost = cost_of(usage, profile.price);
  return usage;
}

}  // namespace

bool is_plausible_count(const ModelProfile& profile, const GenerationRequest& request,
                        std::uint64_t prompt_tokens) {
  std::uint64_t bytes = to_string(request.tools).size() + profile.overhead.per_request + hidden_tokens_max;
  for (const ChatMessage& message : request.messages) {
    if (!message.media.empty()) return true;
    bytes += message.content.size() + profile.overhead.per_message;
    for (const ToolCall& call : message.tool_calls)
      bytes += call.id.size() + call.name.size() + call.arguments.size();
  }
  return prompt_tokens <= bytes;
}

Generation conclude(const ModelProfile& profile, const Tokenizer& tokenizer, const GenerationRequest& request,
                    const ChatStream& stream) {
  Generation generation;
  generation.text = stream.text();
  generation.finish = finish_of(request, stream);
  generation.usage = usage_of(profile, tokenizer, request, stream);
  generation.note = count_note(profile, request, generation.usage);
  if (generation.note.empty()) generation.note = finish_note(request, stream, generation.finish);
  generation.first_token_ms = stream.first_token_ms();
  if (generation.finish == Finish::stop && !request.tools.is_null())
    generation.tool_calls = stream.answer().tool_calls().calls();
  return generation;
}

}  // namespace kindling
