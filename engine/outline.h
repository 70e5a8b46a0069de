// Headings over the passages of a prompt: which lines stand above a section's, and what they cost.
//
// In document order the lines nest as they do in the document, and each is printed once: the title, then the
// parts of the heading path. Small windows print only the title and the innermost heading, and shorter:
// headings took a tenth of a window of 256 tokens and cost five answers in a hundred there (docs/packing.md).
// In other orders neighbours have nothing in common, and each section has one line of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/snapshot.h"

namespace kindling {

struct HeadingLine {
  std::uint64_t key = 0;  // of the heading itself: equal for all sections under it
  std::string text;       // "## Limits\n"; no line break inside, tags of ours defused
};

class Outline {
 public:
  // `evidence_tokens`: room for headings and passages. `nested`: sections come in document order. Borrows the
  // snapshot.
  Outline(const Snapshot& snapshot, std::uint64_t evidence_tokens, bool nested);

  // From the outermost to the innermost; at least one.
  [[nodiscard]] std::vector<HeadingLine> lines(SectionIndex section) const;

 private:
  [[nodiscard]] std::string shortened(std::string_view heading) const;

  const Snapshot& snapshot_;
  std::size_t heading_bytes_max_ = 0;
  bool whole_path_ = false;
  bool nested_ = false;
};

}  // namespace kindling
