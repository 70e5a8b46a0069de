// Named snapshots: states of an index that stay readable, whatever is committed, merged or re-encoded later,
// until they are dropped.
//
// Making one copies the catalog (a few hundred bytes a document) and keeps the files that it names from being
// deleted; documents that are updated or merged afterwards then take their space twice. Opening one is opening
// an index: Snapshot::open with its name. While there is one, programs that do not know of them refuse the
// index
// (`index_version`). Writer::keep_snapshot and Writer::drop_snapshot make and drop them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/result.h"

namespace kindling {

inline constexpr std::size_t named_snapshots_max = 64;
inline constexpr std::size_t snapshot_name_bytes_max = 64;

struct NamedSnapshot {
  std::string name;
  std::uint64_t commits = 0;     // of the index when it was made: its state's number
  std::int64_t created_ms = 0;   // since 1970
  std::uint64_t documents = 0;   // live
  std::uint64_t bytes = 0;       // of all its files
  std::uint64_t bytes_held = 0;  // of those that would be deleted if this one were dropped
};

// Letters, digits, '.', '-' and '_'; begins with a letter or digit. Errors: `usage`.
[[nodiscard]] Status check_snapshot_name(std::string_view name);

// Oldest first. Errors: those of Snapshot::open.
[[nodiscard]] Result<std::vector<NamedSnapshot>> named_snapshots(Files& files,
                                                                 const std::filesystem::path& folder);

}  // namespace kindling
