// Golden indexes: folders as a released program wrote them, and what reading them must give.
//
// Each lies in tests/index/golden/NAME, beside it NAME.txt with its report. They are written once for a format
// version, by the program `golden-indexes` (target of that name), and never again: later programs must read
// them.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "index/snapshot.h"

namespace kindling {

struct GoldenIndex {
  std::string_view name;
  std::uint32_t dimensions = 0;
  std::function<Status(const std::filesystem::path& folder)> write;
};

// How the golden indexes of format version 1 came about.
[[nodiscard]] std::vector<GoldenIndex> golden_indexes();

// All documents with everything kept of them, and the results of some searches: by words, by a vector, by
// filters.
[[nodiscard]] std::string golden_report(const Snapshot& snapshot);

}  // namespace kindling
