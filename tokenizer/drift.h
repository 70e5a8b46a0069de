// Noticing that the model behind a name was changed, from what its endpoint counts.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "tokenizer/cost_fit.h"

namespace kindling {

// The model behind the name has changed: the observations before `keep_from` are of another one.
struct Drift {
  std::size_t keep_from = 0;
  std::string why;
};

// Looks at the newest of `observations` (oldest first): bounds broken far more often than they may be, or a
// typical request that lies beyond nearly all older ones. Requests unlike the older ones prove nothing and are
// passed over. Pure; some milliseconds for 2,000 observations.
[[nodiscard]] std::optional<Drift> find_drift(std::span<const Observation> observations);

}  // namespace kindling
