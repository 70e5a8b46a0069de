// Evidence cut into disjoint parts, each coherent: what one subagent reads and no other does.
//
// Units stay in index order, where what belongs together stands together: a document's sections, a folder's
// documents. So each shard is one stretch of the collection, cut between sections, and between documents where
// that costs little balance. Deterministic; a unit is in at most one shard.
//
// Safe from any thread on one snapshot.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/retrieve/value.h"
#include "index/filter.h"
#include "index/snapshot.h"

namespace kindling {

// Tokens that a text takes up in a request, at most.
using TextTokens = std::function<std::uint64_t(std::string_view)>;

using UnitShard = std::vector<Unit>;  // in index order

// The most valuable of `units` that `count` requests of `tokens` of evidence hold, in at most `count` shards of
// about equal size; fewer where there are fewer sections. None of them is empty.
[[nodiscard]] std::vector<UnitShard> disjoint_shards(const Snapshot& snapshot, std::vector<Unit> units,
                                                     std::size_t count, std::uint64_t tokens,
                                                     const TextTokens& text_tokens);

// Every sentence of every live document that the filter keeps, in shards that each fill `tokens` of evidence
// with the headings over them; a heading line that stands above its section is no unit. Errors: those of
// Snapshot::matching.
[[nodiscard]] Result<std::vector<UnitShard>> window_shards(const Snapshot& snapshot,
                                                           const std::optional<Filter>& filter,
                                                           std::uint64_t tokens, const TextTokens& text_tokens);

// In two, between sections if there are several, else between units; requires: two units at least.
[[nodiscard]] std::pair<UnitShard, UnitShard> halved(const UnitShard& shard);

}  // namespace kindling
