// What `tokens --calibrate` shows: how far the counts of a profile's endpoint can be foretold.
#pragma once

#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/session.h"
#include "engine/profile.h"

namespace kindling {

// With --rebuild or --reset first does that. Errors: those of Ledger.
[[nodiscard]] Result<ExitCode> show_calibration(Session& session, const ModelProfile& profile);

}  // namespace kindling
