// Giving up in time: a flag that anybody may set and long work looks at, joined with an optional deadline.
//
// Thread-safe. A Cancellation is shared by reference; it must outlive the work that looks at it. `cancel` is safe in a
// signal handler.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include "base/result.h"

namespace kindling {

class Cancellation {
 public:
  using Clock = std::chrono::steady_clock;

  Cancellation() = default;
  explicit Cancellation(Clock::time_point deadline) : deadline_(deadline) {}
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool cancelled() const {
    return cancelled_.load(std::memory_order_relaxed) || (deadline_ && Clock::now() >= *deadline_);
  }

  // ok, or `cancelled` / `timed_out`.
  [[nodiscard]] Status check() const;

 private:
  std::atomic<bool> cancelled_{false};
  std::optional<Clock::time_point> deadline_;
};

// For work that nobody will cancel.
[[nodiscard]] const Cancellation& never_cancelled();

}  // namespace kindling
