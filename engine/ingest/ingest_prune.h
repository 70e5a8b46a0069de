// What an index still holds of files that are gone.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "engine/ingest/ingest_scan.h"
#include "index/writer.h"

namespace kindling {

using SourceRecords = std::unordered_map<std::string, SourceRecord>;  // by uri

// Sources under the paths of the scan that are no files any more, sorted. What merely cannot be looked at is
// not gone.
[[nodiscard]] Result<std::vector<std::string>> gone_sources(Files& files, const Scan& scan,
                                                            const SourceRecords& records);

// A folder that is not mounted looks like one whose files were all deleted.
// Errors: `usage` if more than `prune_unasked_max` documents and more than half of all would go while a path
// given is missing, or a folder given has no file left.
inline constexpr std::uint64_t prune_unasked_max = 20;
[[nodiscard]] Status check_prune(const Scan& scan, std::uint64_t documents_gone,
                                 std::uint64_t documents_in_all);

}  // namespace kindling
