// Whether a page's author hides an element from its readers, as far as the element itself says so.
//
// Looked at are the attribute `hidden` and the declarations of `style`: display:none, visibility hidden or
// collapse, opacity 0, a font of at most one pixel, letters in the colour of their own background or in none,
// places off the page, clipping to nothing, text indented off the page. Style sheets are not interpreted, so
// what a class hides is read like everything else; `aria-hidden` hides from listeners and not from readers.
//
// Pure functions; safe from any thread. Sources: CSS 2.2 sections 9 to 11, HTML section 6.1.
#pragma once

#include <gumbo.h>

#include <string_view>

namespace kindling {

[[nodiscard]] bool is_hidden(const GumboNode* element);
[[nodiscard]] bool hides_by_style(std::string_view style);

}  // namespace kindling
