// What a sentence cannot be understood without: the header of its table, the signature of its function, the
// name under its quotation. It goes in with the sentence (engine/pack/fill.h), whatever it is worth by itself.
//
// Found in the text as it stands: a row between bars belongs to the first row of its run of rows; an indented
// line of code to the nearest definition above that is set in less; lines marked ">", or a sentence right
// above, to the line "-- Name" that ends them. Prose, lists and plain indentation have no lead.
//
// Pure; safe from any thread. A line above several units is looked at once, as long as they are asked about in
// text order; no line further above than lead_lines_max is.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/span.h"
#include "engine/retrieve/value.h"
#include "index/snapshot.h"

namespace kindling {

// How far a lead may be, in lines.
inline constexpr std::size_t lead_lines_max = 400;

class LeadFinder {
 public:
  explicit LeadFinder(std::string_view text) : text_(text) {}

  // The line that leads to `span`, without its indentation, or nothing. Quickest when asked in text order.
  [[nodiscard]] std::optional<ByteSpan> lead_of(ByteSpan span);

 private:
  // The line around a place, with what it says whatever sentence of it is asked about.
  struct Line {
    ByteSpan span;
    bool row = false;                   // of a table
    bool marked = false;                // as a quotation
    std::optional<ByteSpan> signature;  // above it
  };
  // A line that others below are set in under, and what is known of the lines above it.
  struct Level {
    ByteSpan line;
    std::size_t indentation = 0;  // bytes
    bool signature = false;
    ByteSpan looked_to;            // the nearest line above that is set in less, or how far none is ...
    std::size_t looked_lines = 0;  // ... so many lines above
  };
  [[nodiscard]] const Line& line_around(std::uint32_t at);
  [[nodiscard]] std::optional<ByteSpan> table_header(ByteSpan line);
  [[nodiscard]] std::optional<ByteSpan> signature_above(ByteSpan line);

  std::string_view text_;
  std::optional<Line> line_;  // the last that was asked for
  // The last indented line that was asked about, last; before it the lines that it is set in under, as far as
  // they were looked for, and before these what is left of the levels of lines above.
  std::vector<Level> levels_;
  ByteSpan known_row_;     // the last row whose header was found ...
  ByteSpan known_header_;  // ... and that header
};

// Adds the units of the leads that are not among `units`, of no value, and sets Unit::lead. Both in index
// order.
[[nodiscard]] std::vector<Unit> with_leads(const Snapshot& snapshot, std::vector<Unit> units);

}  // namespace kindling
