// A parsed filter: a tree of comparisons.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kindling {

// A value as it was written, and as a number where it is one; a quoted value is text.
struct FilterValue {
  std::string text;
  std::optional<double> number;
};

struct FilterNode {
  enum class Kind : std::uint8_t { all, any, negation, comparison };
  enum class Operator : std::uint8_t { equal, less, less_equal, greater, greater_equal };

  Kind kind = Kind::comparison;
  std::vector<std::shared_ptr<const FilterNode>> children;  // all, any: two or more; negation: one
  // comparison: field OPERATOR some of values; more than one value only with `equal`. "!=" and "not-in" are
  // negations.
  std::string field;
  Operator comparison = Operator::equal;
  std::vector<FilterValue> values;
  std::uint32_t column = 0;  // of the field, from 1, for messages
};

}  // namespace kindling
