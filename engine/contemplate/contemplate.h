// Contemplating: one question, several subagents at once, each over evidence of its own, and a reduction that
// keeps the citations.
//
//   question -> parts -> evidence -> disjoint shards -> [bound] -> readers in parallel -> checked findings
//            -> reduction (of reductions) -> answer, cited and checked as any other
//
// What it can cost at most is known, said and checked before the first call (engine/contemplate/bound.h). With
// `whole`, every chunk that the filter keeps is read, whatever the size of the collection; otherwise the best
// evidence for as many windows as there are subagents. docs/contemplating.md tells the rest.
//
// Works for every profile; one whose endpoint contemplates by itself says so with `parameters.contemplates` and
// is asked like any other (engine/ask.h).
#pragma once

#include "engine/ask.h"

namespace kindling {

// Whether asking goes this way.
[[nodiscard]] bool is_contemplated(const ModelProfile* profile, const AskOptions& options);

// Errors: `usage` without a profile, in a conversation, with figures, without a reserve; `budget_impossible`
// where the bound is above what is allowed; those of `pack` and, when every subagent fails, of ChatEndpoint.
// Some failing subagents are no error: the answer is incomplete and says what is missing.
[[nodiscard]] Result<Answer> contemplate(const Snapshot& snapshot, const Encoder* encoder,
                                         const Question& question, const ModelProfile* profile,
                                         const AskOptions& options, const OnToken& on_token,
                                         const Cancellation& cancellation);

}  // namespace kindling
