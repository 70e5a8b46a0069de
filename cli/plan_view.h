// How vectors are searched, for `search --explain` and `status`.
#pragma once

#include <string>

#include "base/json.h"
#include "index/dense.h"

namespace kindling {

// "about 24 of 1,024 lists looked through, 1,300 of 992,762 chunks compared; .995 of the nearest expected, in
// .70 ms by this machine's costs; took .82 ms"
[[nodiscard]] std::string plan_line(const NearestPlan& plan);

// "measured on this machine", or that they are not and how they would be. Of an index with codes.
[[nodiscard]] std::string costs_line(const NearestPlan& plan);

[[nodiscard]] Json to_json(const NearestPlan& plan);

}  // namespace kindling
