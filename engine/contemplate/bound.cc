#include "engine/contemplate/bound.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/check.h"

namespace kindling {
namespace {

constexpr std::uint64_t calls_a_retry_group = 8;

// Rounded up, so that allowing what is printed is enough.
std::string dollars_up(double amount) { return fmt::format("{:.2f}", std::ceil(amount * 100) / 100); }

std::string needs(const ContemplationPlan& plan) {
  std::string text = fmt::format("needs at most {} calls, {} tokens in and {} out", plan.calls_max,
                                 plan.prompt_tokens_max, plan.completion_tokens_max);
  if (plan.cost_max >= 0) text += fmt::format(", {} US dollars", dollars_up(plan.cost_max));
  return text;
}

Error refused(const ContemplationPlan& plan, std::string_view flag, const std::string& allowed,
              const std::string& needed) {
  const std::string_view less =
      plan.whole ? "read less with --filter" : "use fewer --subagents, a smaller --budget or --reserve";
  return {ErrorCode::budget_impossible, std::string(flag),
          fmt::format("{}, more than {}", needs(plan), allowed),
          fmt::format("allow it with {} {}, or {}", flag, needed, less)};
}

}  // namespace

std::uint64_t reduction_calls(std::uint64_t shards, std::uint64_t fan_in) {
  KINDLING_CHECK(fan_in >= 2);
  std::uint64_t calls = 0;
  for (std::uint64_t left = shards; left > 1;) {
    left = (left + fan_in - 1) / fan_in;
    calls += left;
  }
  return calls;
}

std::uint64_t retries_for(std::uint64_t calls, std::uint64_t retries_of_one) {
  return retries_of_one * ((calls + calls_a_retry_group - 1) / calls_a_retry_group);
}

double most_cost(const Price& price, std::uint64_t prompt_tokens, std::uint64_t completion_tokens) {
  if (price.input < 0 || price.output < 0) return -1;
  // A price for cached tokens above the other would be odd, but must not break the promise.
  return static_cast<double>(prompt_tokens) * std::max(price.input, price.cached_input) / 1e6 +
         static_cast<double>(completion_tokens) * price.output / 1e6;
}

void BoundSum::add(CallBound call, std::uint64_t times) {
  if (times == 0) return;
  calls_ += times;
  sum_.prompt_tokens += times * call.prompt_tokens;
  sum_.completion_tokens += times * call.completion_tokens;
  largest_.prompt_tokens = std::max(largest_.prompt_tokens, call.prompt_tokens);
  largest_.completion_tokens = std::max(largest_.completion_tokens, call.completion_tokens);
}

void BoundSum::finish(ContemplationPlan& plan, const ModelProfile& profile) const {
  plan.retries_max = retries_for(calls_, profile.timeouts.retries_max);
  plan.calls_max = calls_ + plan.retries_max;
  plan.prompt_tokens_max = sum_.prompt_tokens + plan.retries_max * largest_.prompt_tokens;
  plan.completion_tokens_max = sum_.completion_tokens + plan.retries_max * largest_.completion_tokens;
  plan.cost_max = most_cost(profile.price, plan.prompt_tokens_max, plan.completion_tokens_max);
}

Status check_bound(const ContemplationPlan& plan, const ContemplateOptions& options,
                   const ModelProfile& profile) {
  if (plan.calls_max > options.calls_max) {
    return refused(plan, "--calls-max", fmt::format("{} calls", options.calls_max),
                   std::to_string(plan.calls_max));
  }
  const std::uint64_t tokens = plan.prompt_tokens_max + plan.completion_tokens_max;
  if (options.tokens_max && tokens > *options.tokens_max) {
    return refused(plan, "--tokens-max", fmt::format("{} tokens", *options.tokens_max), std::to_string(tokens));
  }
  if (plan.cost_max < 0 && options.cost_max) {
    return Error{ErrorCode::usage, "--cost-max", "profile " + profile.name + " names no price",
                 "bound the tokens with --tokens-max, or write a profile with [price]"};
  }
  const double allowed = options.cost_max.value_or(contemplation_cost_default);
  if (plan.cost_max > allowed) {
    return refused(plan, "--cost-max", fmt::format("{:.2f} US dollars", allowed), dollars_up(plan.cost_max));
  }
  return {};
}

}  // namespace kindling
