// What a contemplation can cost at most, before its first call.
//
//   calls  = shards + reductions (+ 1 for a plan by the model) + retries
//   tokens = sum over the calls of (tokens_max of the prompt + the output limit)
//            + retries * the largest such call
//   cost   = tokens in * price of input + tokens out * price of output; nothing is taken to be cached
//
// A try that failed may be billed in full although no token of it was seen, so each one is counted as if it
// had been. Retries come out of one reserve for the whole contemplation (engine/contemplate/metered_client.h),
// so that the bound is not three times the work: `retries_for` of them in all, not for each call.
//
// Pure; safe from any thread.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "engine/contemplate/contemplation.h"
#include "engine/profile.h"

namespace kindling {

struct CallBound {
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
};

// Calls until one is left of `shards`, when each joins at most `fan_in`. Requires: fan_in >= 2.
[[nodiscard]] std::uint64_t reduction_calls(std::uint64_t shards, std::uint64_t fan_in);

// Of `calls` together: what the profile allows for one, for each eight calls begun.
[[nodiscard]] std::uint64_t retries_for(std::uint64_t calls, std::uint64_t retries_of_one);

// US dollars; negative where the profile names no price. A price of zero is one.
[[nodiscard]] double most_cost(const Price& price, std::uint64_t prompt_tokens,
                               std::uint64_t completion_tokens);

// Adds up the calls of a plan.
class BoundSum {
 public:
  void add(CallBound call, std::uint64_t times = 1);
  // With the retries; sets calls_max, retries_max, the tokens and the cost of `plan`.
  void finish(ContemplationPlan& plan, const ModelProfile& profile) const;

 private:
  std::uint64_t calls_ = 0;
  CallBound sum_;
  CallBound largest_;
};

// Errors: `budget_impossible` when the plan may need more than is allowed, saying what it needs and what would
// allow it; `usage` for a bound on the cost where the profile names no price.
[[nodiscard]] Status check_bound(const ContemplationPlan& plan, const ContemplateOptions& options,
                                 const ModelProfile& profile);

}  // namespace kindling
