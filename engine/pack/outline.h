// Headings over the passages of a prompt: which lines stand above a section's, and what they cost.
//
// In document order the lines nest as they do in the document, and each is printed once: the title, then the
// parts of the heading path. Small windows print only the title and the innermost heading, and shorter:
// headings took a tenth of a window of 256 tokens and cost five answers in a hundred there (docs/packing.md).
// In other orders neighbours have nothing in common, and each section has one line of its own.
//
// A line is made once and known by its number afterwards. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "index/snapshot.h"

namespace kindling {

class Outline {
 public:
  // `evidence_tokens`: room for headings and passages. `nested`: sections come in document order. Borrows the
  // snapshot.
  Outline(const Snapshot& snapshot, std::uint64_t evidence_tokens, bool nested);

  // Numbers of the lines over a section, appended to `lines` from the outermost to the innermost; at least one.
  // The same heading has the same number for all sections under it. Requires: in other than nested order, to be
  // asked for a section once.
  void append_lines(SectionIndex section, std::vector<std::uint32_t>& lines);

  // "## Limits\n": no line break inside, cleaned (engine/pack/clean_text.h). Stays where it is until the next
  // append_lines.
  [[nodiscard]] std::string_view text(std::uint32_t line) const { return texts_[line]; }
  // Numbers run from 0 to this.
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  // A heading by what stands above it: the number of a line or, over a title, a document's.
  struct Place {
    std::uint64_t under = 0;
    std::string_view heading;  // of the snapshot
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place& place) const {
      return std::hash<std::string_view>()(place.heading) ^ place.under * 0x9e3779b97f4a7c15ull;
    }
  };

  [[nodiscard]] std::uint32_t line_of(const Place& place, std::size_t level);
  [[nodiscard]] std::string one_line(std::string_view title) const;
  [[nodiscard]] std::string shortened(std::string_view heading) const;

  const Snapshot& snapshot_;
  std::size_t heading_bytes_max_ = 0;
  bool whole_path_ = false;
  bool nested_ = false;
  std::unordered_map<Place, std::uint32_t, PlaceHash> lines_;
  std::vector<std::string> texts_;  // [lines]
  std::optional<DocumentIndex> title_of_;
  std::string_view title_;               // of the document asked for last
  std::vector<std::string_view> parts_;  // of the heading path at hand; kept for its memory
};

}  // namespace kindling
