// kindling(1), from the table of flags, in the man macros of roff (man-pages(7), groff_man(7)).
#pragma once

#include <string>

namespace kindling {

[[nodiscard]] std::string man_page();

}  // namespace kindling
