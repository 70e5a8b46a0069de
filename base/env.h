// What the process may ask of its surroundings besides files: environment, clocks, randomness, the machine.
//
// The only place that calls the clock or the random device; everything else takes values or these functions, so that a run
// can be repeated.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kindling {

// An environment variable; absent when unset or empty.
[[nodiscard]] std::optional<std::string> environment(const char* name);

// Milliseconds since 1970.
[[nodiscard]] std::int64_t now_ms();

// 64 bits from the operating system's generator.
[[nodiscard]] std::uint64_t random_u64();

// Counts from its making.
class Stopwatch {
 public:
  [[nodiscard]] double seconds() const;
  [[nodiscard]] double milliseconds() const { return seconds() * 1e3; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

struct Machine {
  unsigned threads = 1;            // that this process may use (affinity and control groups counted)
  std::uint64_t memory_bytes = 0;
  std::string processor;           // as the kernel names it
};

[[nodiscard]] Machine machine();

// CPU time of this process and peak resident memory.
struct ProcessUsage {
  double cpu_seconds = 0;
  std::uint64_t memory_peak_bytes = 0;
};

[[nodiscard]] ProcessUsage process_usage();

}  // namespace kindling
