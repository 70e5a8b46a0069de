// How long a step of an exchange may take: until somebody cancels, or until its own limit or one around it has
// passed.
#pragma once

#include <chrono>
#include <string_view>

#include "base/cancellation.h"
#include "base/env.h"
#include "base/result.h"

namespace kindling {

// Waits nest: a step within a request within a cancellation. Each counts from its making and borrows what is
// around it.
class Wait {
 public:
  explicit Wait(const Cancellation& cancellation) : cancellation_(&cancellation) {}
  // `what` did not happen when the limit passes ("no answer"); borrowed.
  Wait(const Wait& around, std::chrono::milliseconds limit, std::string_view what)
      : around_(&around), limit_(limit), what_(what) {}
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

  // ok, or `cancelled`, or `timed_out` saying "no answer within 120 s"; what is around counts first.
  [[nodiscard]] Status check() const;

 private:
  const Cancellation* cancellation_ = nullptr;
  const Wait* around_ = nullptr;
  std::chrono::milliseconds limit_{};
  std::string_view what_;
  Stopwatch watch_;
};

// How often a blocked step looks at its Wait: a cancellation is noticed after at most this.
inline constexpr std::chrono::milliseconds wait_poll{10};

}  // namespace kindling
