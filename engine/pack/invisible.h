// Characters that a reader does not see, found in documents' text so that they are not sent to a model.
//
// Found are Unicode's default ignorable code points (zero-width and joining characters, variation selectors,
// tags, fillers, soft hyphens), directional controls, the controls of C0 and C1 but tab and line feed, and
// interlinear annotation. Kept, because scripts and emoji need them, each once and only between characters that
// can take it:
//   ZWNJ, ZWJ            between letters of Arabic, Syriac, N'Ko, Mongolian and the scripts of India and
//                        South-East Asia; ZWJ also between emoji
//   VS15, VS16           behind an emoji or a keycap's base
//   Mongolian FVS, MVS   behind a Mongolian letter
//   Hangul fillers       beside old Hangul jamo
//   tags                 in the flags of England, Scotland and Wales
// All else goes: the variation selectors of Han too, which choose a letter's shape and not its meaning.
// Removing is idempotent. Linear; texts without such bytes are passed over at memory speed.
//
// Sources: Unicode 15 DerivedCoreProperties (Default_Ignorable_Code_Point), UTS #51 (emoji), UAX #9 (bidi).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kindling {

enum class InvisibleKind : std::uint8_t {
  formatting,  // as typesetting leaves it: soft hyphens, directional marks, spaces of other names, fillers
  zero_width,  // would join or part letters unseen
  selector,    // variation selector that nothing before it can take
  embedding,   // directional embedding or isolate: some text may be shown elsewhere than it stands
  overriding,  // directional override: text is shown backwards
  tag,         // letters that are never shown
  command,     // a terminal would obey: escape, backspace
};

struct Invisible {
  std::size_t begin = 0, end = 0;  // in the text
  std::string_view instead;        // what is sent: nothing, a blank, a line feed
  InvisibleKind kind = InvisibleKind::formatting;
};

// In text order. Borrows the text. Not thread-safe.
class InvisibleReader {
 public:
  explicit InvisibleReader(std::string_view text) : text_(text) {}
  [[nodiscard]] std::optional<Invisible> next();

 private:
  [[nodiscard]] std::optional<Invisible> judged(char32_t c, std::size_t begin);
  [[nodiscard]] std::optional<Invisible> control(char32_t c, std::size_t begin) const;
  [[nodiscard]] bool is_needed(char32_t c, std::size_t begin);
  [[nodiscard]] bool is_flag(std::size_t begin);

  std::string_view text_;
  std::size_t at_ = 0;
};

// The code point that ends at `end`; 0 at the beginning. Requires: a boundary of code points.
[[nodiscard]] char32_t code_point_before(std::string_view text, std::size_t end);
// The one that begins at `at`; 0 at the end.
[[nodiscard]] char32_t code_point_at(std::string_view text, std::size_t at);

}  // namespace kindling
