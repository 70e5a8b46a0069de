// Runs a model's calls within the bounds of one question; nothing that was not offered, nothing unchecked.
//
// Not thread-safe; borrows the tools.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "engine/generator.h"
#include "engine/tools/call_results.h"
#include "engine/tools/tool.h"

namespace kindling {

class CallRunner {
 public:
  CallRunner(const Tools& tools, const ToolLimits& limits) : tools_(tools), limits_(limits) {}

  // Whether calls may still be asked for in `round`.
  [[nodiscard]] bool may_offer(unsigned round) const;

  // How many calls may still run.
  [[nodiscard]] std::size_t calls_left() const { return limits_.calls_max - calls_; }

  // One call. What is wrong with it stands in the result. Errors: `cancelled`.
  [[nodiscard]] Result<CallResult> run(const ToolCall& call, const Cancellation& cancellation);

 private:
  CallResult refused(const ToolCall& call, std::string code, std::string why, std::string place = {});
  Result<CallResult> checked_run(const ToolCall& call, const Cancellation& cancellation);
  [[nodiscard]] std::string names() const;

  const Tools& tools_;
  const ToolLimits limits_;
  unsigned calls_ = 0;
  unsigned refused_ = 0;
  double seconds_ = 0;
};

// A call as it can be sent back to any server: a name that is one, arguments that are JSON, an id (`otherwise`
// where it has none).
[[nodiscard]] ToolCall sendable(const ToolCall& call, const std::string& otherwise);

}  // namespace kindling
