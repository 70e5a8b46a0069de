#include "net/wait.h"

#include <fmt/format.h>

namespace kindling {

Status Wait::check() const {
  if (cancellation_ != nullptr) return cancellation_->check();
  KINDLING_TRY_VOID(around_->check());
  const auto limit_ms = static_cast<double>(limit_.count());
  if (watch_.milliseconds() < limit_ms) return {};
  return Error{ErrorCode::timed_out, "", fmt::format("{} within {:g} s", what_, limit_ms / 1e3), ""};
}

}  // namespace kindling
