// The encoders of this machine: listing them, and making a static tier of one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/session.h"
#include "encoder/static_distill.h"

namespace kindling {

struct InstalledEncoder {
  std::string name;  // of its folder in the models folder, which --encoder takes
  bool is_static = false;
};

// Folders of the models folder that hold an encoder, by name; none where there is no such folder.
[[nodiscard]] std::vector<InstalledEncoder> installed_encoders(Session& session);

// Makes the static tier of the encoder in `parent`, with a line of progress on a terminal. Errors: of
// distill_static.
[[nodiscard]] Result<DistillReport> make_static_tier(Session& session, const std::filesystem::path& parent,
                                                     const std::filesystem::path& output);

// `models distill`. Errors: of distill_static, and those of choosing the parent.
[[nodiscard]] Result<ExitCode> distill_encoder(Session& session);

}  // namespace kindling
