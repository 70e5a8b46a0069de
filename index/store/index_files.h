// Names of the files of an index, and the one way to say that a file of it is damaged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kindling {

inline constexpr std::string_view catalog_file_name = "catalog.sqlite";
inline constexpr std::string_view lock_file_name = "lock";
// The catalog of vectors of another encoder, while they are made (index/shadow.h).
inline constexpr std::string_view shadow_file_name = "shadow.sqlite";

// The version of every file of an index; docs/index_format.md describes it.
inline constexpr std::uint32_t index_format_version = 1;
// That of a catalog while it has named snapshots: a program that does not know them must not write to it, for
// it would delete their files.
inline constexpr std::uint32_t catalog_version_with_snapshots = 2;

[[nodiscard]] std::string segment_file_name(std::uint64_t segment);  // segment-000001.kindling
[[nodiscard]] std::string vector_file_name(std::uint64_t segment,
                                           std::uint64_t part);      // vectors-000001-000000.kindling
[[nodiscard]] std::string snapshot_file_name(std::uint64_t commit);  // snapshot-000001.sqlite

// Whether a writer may have made a file of this name: only such files are ever removed.
[[nodiscard]] bool is_data_file_name(std::string_view name);

[[nodiscard]] Error corrupt_index(const std::filesystem::path& file, std::string_view place,
                                  std::string_view why);
[[nodiscard]] Error other_index_version(const std::filesystem::path& file, std::uint64_t version);
[[nodiscard]] Error missing_index(const std::filesystem::path& folder);

}  // namespace kindling
