// Everything that can be checked of one segment by itself, beyond what opening it checks.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "index/store/segment.h"

namespace kindling {

// Called for each problem, with the place inside the file.
using OnProblem = std::function<void(std::string place, std::string message)>;

// Checksums of the bulk regions, order and nesting of spans, UTF-8, extras, the order of the dictionary, every
// posting, and that frequencies and lengths are what the postings add up to. Errors: `cancelled`.
[[nodiscard]] Status verify_segment(const Segment& segment, const Cancellation& cancellation,
                                    const OnProblem& on_problem);

}  // namespace kindling
