#include "formats/text.h"

#include <algorithm>

namespace kindling {

ByteSpan source_span(const Text& text, ByteSpan span) {
  const auto& sources = text.sources;
  if (sources.empty()) return {};
  // Where nothing was read from (a separator of ours), the nearest source inwards counts.
  auto first = std::upper_bound(sources.begin(), sources.end(), span.begin,
                                [](std::uint32_t at, const SourceRange& range) { return at < range.text.end; });
  auto after =
      std::lower_bound(sources.begin(), sources.end(), span.end,
                       [](const SourceRange& range, std::uint32_t at) { return range.text.begin < at; });
  if (first == sources.end()) return {sources.back().source.end, sources.back().source.end};
  if (span.empty() || after <= first) {
    const bool inside = first->verbatim && first->text.begin <= span.begin;
    const std::uint32_t at = first->source.begin + (inside ? span.begin - first->text.begin : 0);
    return {at, at};
  }
  ByteSpan source{UINT32_MAX, 0};
  for (auto range = first; range != after; ++range) {  // all of them: a tree's text need not be in source order
    ByteSpan part = range->source;
    if (range->verbatim && range->text.begin < span.begin) part.begin += span.begin - range->text.begin;
    if (range->verbatim && range->text.end > span.end) part.end -= range->text.end - span.end;
    source = {std::min(source.begin, part.begin), std::max(source.end, part.end)};
  }
  return source;
}

std::uint32_t page_of(const Text& text, ByteSpan span) {
  const auto after = std::upper_bound(text.pages.begin(), text.pages.end(), span.begin,
                                      [](std::uint32_t at, const Page& page) { return at < page.span.begin; });
  return after == text.pages.begin() ? (text.pages.empty() ? 0 : text.pages.front().number)
                                     : std::prev(after)->number;
}

}  // namespace kindling
