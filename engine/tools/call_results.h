// From what tools gave to the texts that go back to the model, with passages numbered on.
//
//   search: 3 places, best first                        our own words
//   <passages 9f2c...>                                  the fence of the request (engine/pack/prompt.h)
//   ## Harrow canal > Locks (document a41f, bytes 120 to 345)
//   [12] The deepest lock ...
//   [3] above holds this
//   </passages 9f2c...>
//   2 more were left out for want of room
//
// Everything that is not ours stands inside the fence, cleaned as the passages of the pack are
// (engine/pack/clean_text.h); what is no passage stands behind bars ("| ").
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tools/sent_evidence.h"
#include "engine/tools/tool.h"
#include "index/snapshot.h"

namespace kindling {

// One call's result on its way into the request.
struct CallResult {
  std::string name;         // of the tool
  std::string error_code;   // empty: it ran
  std::string error_place;  // in the arguments
  std::string error;        // our own words
  ToolOutput output;
  std::vector<bool> kept = {};  // [output.pieces]
};

struct WrittenResults {
  std::vector<std::string> texts;  // [results]
  std::vector<DocumentRun> runs;   // new passages, numbered on from what was sent
};

// `sent`: what was sent before; runs that are the same within these results are sent once, too.
[[nodiscard]] WrittenResults write_results(const Snapshot& snapshot, std::span<const CallResult> results,
                                           SentEvidence sent, std::string_view fence);

}  // namespace kindling
