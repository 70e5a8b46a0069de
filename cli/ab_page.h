// A comparison of two models as one page for a browser: no script, nothing fetched, light and dark.
//
// It holds questions and a judge's reasons, so it is as private as they are. All of it is escaped, and the page
// forbids itself to load anything (Content-Security-Policy), so that a text that slipped through could do
// nothing. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "engine/mirror/comparison.h"
#include "engine/mirror/pair_folder.h"

namespace kindling {

inline constexpr std::size_t shown_pairs_max = 200;  // the newest

// `made_at`: as shown_time.
[[nodiscard]] std::string comparison_page(const Comparison& comparison, const PairFolder::Counts& counts,
                                          std::string_view made_at);

// For the content of elements and of quoted attributes; what is no UTF-8, and control characters, become
// U+FFFD.
[[nodiscard]] std::string escaped_html(std::string_view text);

}  // namespace kindling
