// What all kinds of `kindling bench` show alike: latencies and the machine, as JSON and as lines.
#pragma once

#include <vector>

#include "base/json.h"
#include "cli/console.h"

namespace kindling {

struct LatencySummary {
  double p50_ms = 0, p90_ms = 0, p99_ms = 0, max_ms = 0;
};

// Nearest ranks; zeros when there is none.
[[nodiscard]] LatencySummary summarize_latencies(std::vector<double> milliseconds);

[[nodiscard]] Json latency_json(const LatencySummary& latency);
[[nodiscard]] Json machine_json();  // this one

void print_latency(Console& console, const LatencySummary& latency);
void print_machine(Console& console);

}  // namespace kindling
