// A question that asks several things, taken apart: each part looks for evidence of its own.
//
// Parts end at question marks, semicolons, line breaks (lists), and before "and", "or" or a comma with a
// question word behind it ("when was it built and who paid for it"). A part without two words that search can
// use is no part. Pure; linear.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kindling {

inline constexpr std::size_t question_parts_max = 4;

// At least two parts, at most question_parts_max; empty when the question is one.
[[nodiscard]] std::vector<std::string> question_parts(std::string_view question);

}  // namespace kindling
