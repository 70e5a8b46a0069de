// A filter as a condition on the catalog's table `documents`.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "index/filter.h"

namespace kindling {

// Values belong to the condition's question marks, in order; no byte of the filter stands in the condition
// itself.
struct FilterSql {
  std::string condition;
  std::vector<std::variant<std::int64_t, double, std::string>> values;
};

// Errors: `usage` for a value that its field cannot have (a date that is none, a page that is no number).
[[nodiscard]] Result<FilterSql> filter_sql(const Filter& filter);

}  // namespace kindling
