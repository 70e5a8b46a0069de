// What a context says of itself: its passages with their places, who says the same, and what was left out.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/ask.h"
#include "engine/pack/arrangement.h"
#include "engine/pack/fill.h"
#include "index/snapshot.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

// Passages are numbered from `before` + 1. `texts` of the units, as prompt_lines.h has them. Errors:
// `index_corrupt`.
struct Sent {
  std::vector<Passage> passages;                 // of each run
  std::vector<std::vector<UnitIndex>> units_of;  // of each passage
  std::vector<Dropped> dropped;
};
[[nodiscard]] Result<Sent> sent_passages(const Snapshot& snapshot, const Tokenizer& tokenizer,
                                         std::span<const Unit> units, std::span<const std::string_view> texts,
                                         std::span<const Run> runs, const Filling& filling,
                                         std::uint32_t before = 0);

}  // namespace kindling
