// What each HTML element is to a reader: shown or not, a block or within a line.
//
// Pure functions over gumbo's tree (html.spec.whatwg.org section 15, "Rendering"); safe from any thread.
#pragma once

#include <gumbo.h>

#include <string_view>

namespace kindling {

// An attribute's value; empty when there is none.
[[nodiscard]] std::string_view attribute(const GumboNode* element, const char* name);

// Not shown to a reader: scripts, templates, form controls, marks that link to a heading itself. What an author
// hides is for html_hidden.h.
[[nodiscard]] bool is_never_shown(const GumboNode* element);

// Shown, but the way around the pages rather than their text.
[[nodiscard]] bool is_navigation(const GumboNode* element);

// Begins and ends on a line of its own.
[[nodiscard]] bool is_block_element(GumboTag tag);

// 1 to 6 for h1 to h6, else 0.
[[nodiscard]] unsigned heading_level(GumboTag tag);

}  // namespace kindling
