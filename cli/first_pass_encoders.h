// The two encoders of a first pass (engine/ingest/first_pass.h): --first-pass static begins one, and an index
// that is in one goes on with it.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "cli/session.h"
#include "encoder/encoder.h"

namespace kindling {

struct FirstPassEncoders {
  std::unique_ptr<Encoder> first;  // the static tier of the other
  std::unique_ptr<Encoder> full;   // with the user's embedding cache in front
};

// Absent when this run is none of a first pass: nobody asks for one, or the index has the vectors of the full
// encoder already (which is said in a note). A static tier that is not there is made. Errors: `usage` for an
// encoder that has no static tier; `configuration` when the encoder is not there; of distill_static.
[[nodiscard]] Result<std::optional<FirstPassEncoders>> open_first_pass_encoders(Session& session);

}  // namespace kindling
