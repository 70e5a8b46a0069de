// What the process ends with, by CONTRACT: scripts decide on these numbers.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace kindling {

enum class ExitCode : std::uint8_t {
  ok = 0,
  no_result = 1,  // nothing found, or a check failed (verify, doctor)
  usage =
      2,  // a command line that cannot be carried out as given: flags, query, or an input that cannot be read
  configuration = 3,  // settings, profiles, the model folder; no key
  index = 4,          // the index is missing, corrupt, locked or of another make; its disk is full or fails
  endpoint = 5,       // refused, unreachable, too slow
  partial = 6,        // some of the inputs could not be used, the others were; an answer that was cut short, or
                      // that stands in for a model's
  budget = 7,         // a token budget that cannot hold the question and one piece of evidence
  interrupted = 130,  // SIGINT
  terminated = 143,   // SIGTERM
};

// `cancelled` gives `interrupted`; the caller knows which signal it was.
[[nodiscard]] ExitCode exit_code(ErrorCode code);

}  // namespace kindling
