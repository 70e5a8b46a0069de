// What checking an answer adds to what is shown: the sentences that do not hold, and from when a question is
// answered.
#pragma once

#include "cli/session.h"
#include "engine/ask.h"

namespace kindling {

// One block for each sentence of the answer that no passage supports, with the reason. The marks of a stream
// are provisional; this comes once it is whole.
void print_unsupported(Session& session, const Answer& answer);

// The threshold that 'kindling eval --calibrate' kept beside the index, or the shipped one. A damaged file is
// said on stderr and changes nothing.
[[nodiscard]] float session_evidence_threshold(Session& session);

}  // namespace kindling
