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

// The version of every file of an index; docs/index_format.md describes it.
inline constexpr std::uint32_t index_format_version = 1;

[[nodiscard]] std::string segment_file_name(std::uint64_t segment);  // segment-000001.kindling
[[nodiscard]] std::string vector_file_name(std::uint64_t segment,
                                           std::uint64_t part);  // vectors-000001-000000.kindling

// Whether a writer may have made a file of this name: only such files are ever removed.
[[nodiscard]] bool is_data_file_name(std::string_view name);

[[nodiscard]] Error corrupt_index(const std::filesystem::path& file, std::string_view place,
                                  std::string_view why);
[[nodiscard]] Error other_index_version(const std::filesystem::path& file, std::uint64_t version);
[[nodiscard]] Error missing_index(const std::filesystem::path& folder);

}  // namespace kindling
