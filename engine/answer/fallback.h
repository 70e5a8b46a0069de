// What an asker gets while the endpoint is down: the extractive answer, which needs none.
//
// Down is what engine/endpoint/refusal.h calls so, before a token was shown. A key that is refused, a setting
// that is wrong, a request that does not fit and a cancelled question stay errors: an answer of another kind
// would hide what the user has to mend. So does a collection that does not speak of the question: there is
// nothing to fall back on.
#pragma once

#include "engine/ask.h"

namespace kindling {

// `failed`: the error of asking the model. Its extractive answer, marked, with the error in its note; else
// `failed` itself. The evidence is gathered anew: what suits a window of a million tokens is not what three
// sentences are chosen from.
[[nodiscard]] Result<Answer> fallback_answer(Error failed, const Snapshot& snapshot, const Encoder* encoder,
                                             const Question& question, const AskOptions& options,
                                             const OnToken& on_token, const Cancellation& cancellation);

}  // namespace kindling
