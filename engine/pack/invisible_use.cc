#include "engine/pack/invisible_use.h"

#include "base/utf8.h"

namespace kindling {
namespace {

constexpr std::uint32_t row_min = 4, inside_min = 3;

bool is_word_letter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c < 0x530 && c != 0xd7 && c != 0xf7);
}

bool runs_from_right_to_left(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if ((c >= 0x590 && c < 0x900 && c != 0x61c) || (c >= 0xfb1d && c < 0xfe00) || (c >= 0xfe70 && c < 0xfeff) ||
        (c >= 0x10800 && c < 0x11000) || (c >= 0x1e800 && c < 0x1f000))
      return true;
  }
  return false;
}

ByteSpan span_of(const Invisible& found) {
  return {static_cast<std::uint32_t>(found.begin), static_cast<std::uint32_t>(found.end)};
}

}  // namespace

void InvisibleUse::note(const Invisible& found) {
  if (!first_) first_ = span_of(found);
}

void InvisibleUse::add(std::string_view text, const Invisible& found) {
  switch (found.kind) {
    case InvisibleKind::tag:
    case InvisibleKind::overriding:
    case InvisibleKind::command:
      return note(found);
    case InvisibleKind::embedding:
      if (!embedding_) embedding_ = span_of(found);
      return;
    case InvisibleKind::selector:
      if (selector_end_ == found.begin && found.begin > 0) note(found);
      selector_end_ = found.end;
      return;
    case InvisibleKind::formatting:
      return;
    case InvisibleKind::zero_width:
      break;
  }
  row_ = row_end_ == found.begin && row_ > 0 ? row_ + 1 : 1;
  row_end_ = found.end;
  if (row_ == row_min) note(found);
  if (row_ > 1 || !is_word_letter(code_point_before(text, found.begin)) ||
      !is_word_letter(code_point_at(text, found.end)))
    return;
  if (!inside_) inside_ = span_of(found);
  ++inside_count_;
}

std::optional<ByteSpan> InvisibleUse::suspicious(std::string_view text) const {
  if (first_) return first_;
  if (inside_count_ >= inside_min) return inside_;
  if (embedding_ && !runs_from_right_to_left(text)) return embedding_;
  return std::nullopt;
}

}  // namespace kindling
