// The index's own fsck: every checksum, every cross-reference, every span.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/files.h"
#include "base/result.h"

namespace kindling {

struct Problem {
  std::string file;
  std::string place;  // region and byte, or catalog table and row
  std::string message;
};

// Problems found, at most `problems_max`. Reads everything; changes nothing. Errors: `index_missing`,
// `index_version`, `cancelled`; what is wrong inside the files is a Problem, not an Error.
[[nodiscard]] Result<std::vector<Problem>> verify_index(Files& files, const std::filesystem::path& folder,
                                                        const Cancellation& cancellation,
                                                        std::size_t problems_max = 100);

}  // namespace kindling
