#include "index/terms/document_headings.h"

#include <algorithm>
#include <unordered_map>

namespace kindling {

DocumentHeadings document_headings(const Document& document) {
  DocumentHeadings result;
  std::unordered_map<std::string_view, std::uint32_t> known;
  const auto number = [&](std::string_view heading) {
    const auto [at, inserted] = known.try_emplace(heading, static_cast<std::uint32_t>(result.headings.size()));
    if (inserted) result.headings.push_back(heading);
    return at->second;
  };
  if (!document.text.title.empty()) result.title = number(document.text.title);
  result.paths.reserve(document.heading_paths.size());
  for (const HeadingPath& path : document.heading_paths) {
    auto& headings = result.paths.emplace_back();
    for (const std::string& heading : path) headings.push_back(number(heading));
  }
  return result;
}

std::vector<std::uint32_t> headings_over(std::optional<std::uint32_t> title,
                                         std::span<const std::uint32_t> path) {
  std::vector<std::uint32_t> headings;
  if (title) headings.push_back(*title);
  for (const std::uint32_t heading : path) {
    if (std::find(headings.begin(), headings.end(), heading) == headings.end()) headings.push_back(heading);
  }
  return headings;
}

}  // namespace kindling
