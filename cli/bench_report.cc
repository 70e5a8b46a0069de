#include "cli/bench_report.h"

#include <algorithm>
#include <string>

#include "base/env.h"
#include "base/simd/dispatch.h"
#include "cli/text_layout.h"

namespace kindling {

LatencySummary summarize_latencies(std::vector<double> milliseconds) {
  if (milliseconds.empty()) return {};
  std::sort(milliseconds.begin(), milliseconds.end());
  const auto at = [&](double share) {
    return milliseconds[static_cast<std::size_t>(share * static_cast<double>(milliseconds.size() - 1) + .5)];
  };
  return {.p50_ms = at(.5), .p90_ms = at(.9), .p99_ms = at(.99), .max_ms = milliseconds.back()};
}

Json latency_json(const LatencySummary& latency) {
  return Json::object(
      {{"p50", latency.p50_ms}, {"p90", latency.p90_ms}, {"p99", latency.p99_ms}, {"max", latency.max_ms}});
}

Json machine_json() {
  const Machine here = machine();
  return Json::object({{"processor", here.processor},
                       {"threads", here.threads},
                       {"memory_bytes", here.memory_bytes},
                       {"simd", to_string(simd_target())}});
}

void print_latency(Console& console, const LatencySummary& latency) {
  console.print_line("latency   p50 " + shown_milliseconds(latency.p50_ms) + "   p90 " +
                     shown_milliseconds(latency.p90_ms) + "   p99 " + shown_milliseconds(latency.p99_ms) +
                     "   max " + shown_milliseconds(latency.max_ms));
}

void print_machine(Console& console) {
  const Machine here = machine();
  console.print_line(console.tinted(Tint::faint, here.processor + ", " + counted(here.threads, "thread") +
                                                     ", " + std::string(to_string(simd_target()))));
}

}  // namespace kindling
