// Filters over documents:  year >= 1900 and (town = "Ely" or town in ("Rye", "Hull")) and not format = pdf
//
//   expression := term (("and" | "or") term)*        "and" binds tighter; "not" before a term; parentheses
//   comparison := field ("=" | "!=" | ">" | ">=" | "<" | "<=") value  |  field ["not-"]"in" "(" value (","
//   value)* ")"
//
// Fields are metadata keys and `uri title format page modified` (page: some chunk of the document begins there;
// modified: ISO 8601 date or date and time). A value is a number, true, false, a bare word or a quoted string.
// Numbers compare as numbers when both sides are, else as text. A document without the field matches only !=
// and not-in.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kindling {

struct FilterNode;  // the parsed expression; index/filter_node.h

class Filter {
 public:
  // Errors: `usage`, with the column where reading stopped. At most 4 KiB and 64 levels.
  [[nodiscard]] static Result<Filter> parse(std::string_view expression);
  [[nodiscard]] const FilterNode& root() const { return *root_; }

 private:
  explicit Filter(std::shared_ptr<const FilterNode> root) : root_(std::move(root)) {}
  std::shared_ptr<const FilterNode> root_;
};

}  // namespace kindling
