// Pictures and recordings that a question brings along: --image and --audio.
#pragma once

#include <vector>

#include "base/result.h"
#include "cli/session.h"
#include "engine/media.h"

namespace kindling {

// Loaded, in the order pictures, recordings, and accepted by the profile's model. Without such flags: none.
// Errors: those of load_medium and check_media.
[[nodiscard]] Result<std::vector<Medium>> read_attachments(Session& session, const ModelProfile& profile);

}  // namespace kindling
