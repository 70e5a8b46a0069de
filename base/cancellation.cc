#include "base/cancellation.h"

namespace kindling {

Status Cancellation::check() const {
  if (cancelled_.load(std::memory_order_relaxed)) return Error{ErrorCode::cancelled, "", "interrupted", ""};
  if (deadline_ && Clock::now() >= *deadline_) return Error{ErrorCode::timed_out, "", "the deadline has passed", ""};
  return {};
}

const Cancellation& never_cancelled() {
  static const Cancellation never;
  return never;
}

}  // namespace kindling
