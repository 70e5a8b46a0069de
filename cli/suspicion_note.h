// What documents hold that speaks to the model rather than to the reader, and what a model wrote that nobody
// gave it: one line each on stderr.
#pragma once

#include <span>
#include <string>

#include "cli/session.h"
#include "engine/pack/suspicion.h"

namespace kindling {

// "2 passages hold hidden or instruction-like text: notes/a.html, notes/b.md". Nothing when there are none.
void note_suspicions(Session& session, std::span<const Suspicion> suspicions);

// "the answer holds a link that no passage holds: http://..."
void note_foreign_links(Session& session, std::span<const std::string> links);

}  // namespace kindling
