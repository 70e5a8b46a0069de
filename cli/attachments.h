// Pictures and recordings that a question brings along: --image and --audio, files or, for pictures, addresses.
#pragma once

#include <vector>

#include "base/result.h"
#include "cli/session.h"
#include "engine/media/media.h"

namespace kindling {

// In the order pictures, recordings; pictures made fit, all of them accepted by the profile's model. Without
// such flags: none. Errors: those of load_medium, fit_image, linked_image and check_media; `configuration` (no
// worker).
[[nodiscard]] Result<std::vector<Medium>> read_attachments(Session& session, const ModelProfile& profile);

}  // namespace kindling
