// What each reader is sent: a shard packed into a request of its own, passages numbered through all of them;
// and how large the reductions that follow may become.
//
// Safe from any thread on one snapshot.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/contemplate/shards.h"
#include "engine/pack/context.h"
#include "engine/profile.h"

namespace kindling {

struct RequestPacking {
  const Snapshot& snapshot;
  const ModelProfile& profile;
  const Tokenizer& tokenizer;
  const Budget& budget;
  const ContextOptions& options;
};

struct ReaderShard {
  UnitShard units;
  Context context;
};

// With `all_of_it` a shard that does not fit is cut in two until all of its sentences are in (those that repeat
// one of the same shard word for word are sent once); else the least valuable are left out. Errors: as
// build_context.
[[nodiscard]] Result<std::vector<ReaderShard>> reader_shards(const RequestPacking& packing,
                                                             std::string_view question,
                                                             std::vector<UnitShard> shards, bool all_of_it);

// Tokens for evidence in a request for `question`. Errors: `budget_impossible`.
[[nodiscard]] Result<std::uint64_t> evidence_room(const RequestPacking& packing, std::string_view question);

struct ReductionSize {
  std::uint64_t tokens = 0;  // of a reduction's prompt, at most: <= budget
  std::uint64_t fan_in = 2;  // readings that one reduction joins, at most
  std::uint64_t share = 0;   // tokens of it for the findings of one
};

// `question`: a reduction's, without notes; `padding`: tokens that it may still grow by. Errors:
// `budget_impossible`.
[[nodiscard]] Result<ReductionSize> reduction_size(const RequestPacking& packing, std::string_view question,
                                                   std::uint64_t padding, std::uint64_t readings);

}  // namespace kindling
