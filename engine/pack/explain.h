// Why a passage is in the pack, and why another is not: the ledger behind `pack --explain` and `pack --why
// DOCUMENT`.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/pack/context.h"
#include "engine/pack/pack_ledger.h"
#include "engine/retrieve/evidence.h"
#include "index/snapshot.h"

namespace kindling {

inline constexpr std::size_t ledger_omissions_max = 200;  // the most valuable of those that are not in

// What is in, in the order sent, then what is not, most valuable first. Errors: `index_corrupt`.
[[nodiscard]] Result<std::vector<LedgerEntry>> make_ledger(const Snapshot& snapshot, const Evidence& evidence,
                                                           const Context& context);

// Errors: `not_found`; `usage` when the name fits several documents; `index_corrupt`.
[[nodiscard]] Result<WhyPacked> why_packed(const Snapshot& snapshot, const Evidence& evidence,
                                           const Context& context, std::string_view document);

}  // namespace kindling
