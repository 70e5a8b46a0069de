// The headings of a document, each once, and which of them stand over each section.
//
// Over a section stand the document's title and the entries of the section's heading path; a heading equal to
// one that is there already (a title repeated as the first heading) counts once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "index/document.h"

namespace kindling {

struct DocumentHeadings {
  std::vector<std::string_view> headings;         // distinct; borrowed from the document
  std::optional<std::uint32_t> title;             // absent when the document has none
  std::vector<std::vector<std::uint32_t>> paths;  // of each heading path: its headings, outermost first
};

[[nodiscard]] DocumentHeadings document_headings(const Document& document);

// The distinct headings over a section: title first, then the path.
[[nodiscard]] std::vector<std::uint32_t> headings_over(std::optional<std::uint32_t> title,
                                                       std::span<const std::uint32_t> path);

}  // namespace kindling
