// A place in a document, for people: "The Harrow canal › Locks" and "docs/canal.md, bytes 85 to 160".
//
// Pure, except that paths are shown from the current folder.
#pragma once

#include <string>

#include "engine/retrieve/search.h"

namespace kindling {

// The title and the innermost heading, without saying anything twice; the path when there are none.
[[nodiscard]] std::string heading_line(const Place& place);

// File, page where there is one, and the bytes: of the file, or of its text as read.
[[nodiscard]] std::string place_line(const Place& place);

}  // namespace kindling
