// What invisible characters of a text are there for: typesetting leaves some everywhere, hiding takes many, or
// takes kinds that nothing else takes.
//
// Suspicious are tags; directional overrides, and embeddings where no letter runs from right to left; what a
// terminal would obey; variation selectors one behind the other; four zero-width characters in a row, and three
// or more that stand inside of words of Latin, Greek or Cyrillic letters.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/span.h"
#include "engine/pack/invisible.h"

namespace kindling {

class InvisibleUse {
 public:
  // In text order; `text` is the one that they are of.
  void add(std::string_view text, const Invisible& found);
  // The first place that speaks for it.
  [[nodiscard]] std::optional<ByteSpan> suspicious(std::string_view text) const;

 private:
  void note(const Invisible& found);

  std::optional<ByteSpan> first_;      // beyond doubt
  std::optional<ByteSpan> embedding_;  // suspicious unless something runs from right to left
  std::optional<ByteSpan> inside_;     // of a word, the first
  std::uint32_t inside_count_ = 0;
  std::uint32_t row_ = 0;  // zero-width ones in a row
  std::size_t row_end_ = 0;
  std::size_t selector_end_ = 0;  // of the last selector that was removed
};

}  // namespace kindling
