// What a reader sees of a page, as text with blocks and the way back to the source.
//
// White space is collapsed except in <pre>; a table of data gives a row a block, "cell | cell"; a table that
// only arranges the page gives its cells one after the other. Pure; safe from any thread.
#pragma once

#include "formats/parse/html_tree.h"
#include "formats/text.h"

namespace kindling {

// The title and the format are left to the caller.
[[nodiscard]] Text html_text(const HtmlTree& tree, bool with_navigation);

}  // namespace kindling
