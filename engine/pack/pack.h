// The steps from a question to a packed window, for whoever packs: pack itself (engine/ask.h), asking, and what
// asks several times over.
//
// All of them are thread-safe on one snapshot.
#pragma once

#include <cstdint>
#include <vector>

#include "base/cancellation.h"
#include "base/env.h"
#include "base/result.h"
#include "engine/ask.h"
#include "engine/media/figures.h"
#include "engine/pack/context.h"
#include "engine/retrieve/evidence.h"

namespace kindling {

// What is to be gathered for a request of `budget` tokens of this tokenizer, the pinned documents found.
// Errors: `not_found`.
[[nodiscard]] Result<EvidenceOptions> evidence_options(const Snapshot& snapshot, const Tokenizer& tokenizer,
                                                       const PackOptions& options, std::uint64_t budget);

// What goes in together: a document of much value whole, rows with their headers.
void complete_units(const Snapshot& snapshot, std::vector<Unit>& units, std::uint64_t tokens);

// The context of gathered evidence, with pictures of the documents where they are wanted. What the deadline,
// by `watch`, left no time for stands in the certificate. Errors: as build_context and build_illustrated.
[[nodiscard]] Result<IllustratedContext> pictured_context(const Snapshot& snapshot, std::string_view question,
                                                          const Evidence& evidence, const ModelProfile& profile,
                                                          const Tokenizer& tokenizer, const Budget& budget,
                                                          const ContextOptions& wanted,
                                                          const PackOptions& options, const Stopwatch& watch,
                                                          const Cancellation& cancellation);

}  // namespace kindling
