// Which rows tell how all are spread: those with the smallest keys.
//
// A row's key is a hash of its document's uri and of the chunk's number in the document. So the sample of an
// index is the same however its rows are parted into files, whatever was added first, and after every merge:
// of several files it is what is smallest of their samples (bottom-k: Cohen and Kaplan, "Summarizing Data Using
// Bottom-k Sketches", PODC 2007). Keys by content would take rows that are alike all together or not at all.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "index/store/segment.h"

namespace kindling {

// Of chunks [first, end) of the document, appended to `keys`.
void append_sample_keys(std::string_view uri, std::uint32_t first, std::uint32_t end,
                        std::vector<std::uint64_t>& keys);

// Of chunks [first, first + count) of the segment. Requires: it has them.
[[nodiscard]] std::vector<std::uint64_t> sample_keys(const Segment& segment, std::uint32_t first,
                                                     std::uint32_t count);

}  // namespace kindling
