// The index as tools: a model that was given too little asks for more.
//
//   search     the best places for a query                 open       outline and beginning of a document
//   read_span  bytes of a document's text, as search and   count      how many documents a filter keeps or hold
//              open name them                                         all words of a query in one place
//
// They read, and nothing else; they see what the user's own filter keeps, and no other document. A document is
// called by its name or by the number of a passage of it that was sent ("[3]"). Not thread-safe.
#pragma once

#include <array>
#include <string_view>

#include "encoder/encoder.h"
#include "engine/retrieve/question.h"
#include "engine/tools/sent_evidence.h"
#include "engine/tools/tool.h"
#include "index/snapshot.h"

namespace kindling {

inline constexpr std::array<std::string_view, 4> index_tool_names{"search", "open", "read_span", "count"};

// Borrows all but the mode; `encoder` may be null as in make_query. `sent`: what the numbers of passages mean.
// Errors: those of the filter.
[[nodiscard]] Result<Tools> make_index_tools(const Snapshot& snapshot, const Encoder* encoder,
                                             const Question& question, const SentEvidence& sent);

}  // namespace kindling
