#include "engine/tools/held_text.h"

#include <utility>

namespace kindling {
namespace {

// Whether a citation, "[3]" or "[1, 2]", stands in the text.
bool cites(std::string_view text) {
  for (std::size_t at = text.find('['); at != text.npos; at = text.find('[', at + 1)) {
    const std::size_t end = text.find_first_not_of("0123456789, ", at + 1);
    if (end != text.npos && end > at + 1 && text[end] == ']') return true;
  }
  return false;
}

}  // namespace

void HeldText::begin(bool may_call) {
  holding_ = may_call || !read_along_;
  fresh_ = true;
  held_.clear();
}

bool HeldText::take(std::string_view piece) {
  if (!holding_) return show(piece);
  held_ += piece;
  if (!read_along_ || (held_.size() <= held_bytes_max && !cites(held_))) return read_;
  holding_ = false;
  return show(std::exchange(held_, {}));
}

void HeldText::keep() {
  holding_ = false;
  static_cast<void>(show(std::exchange(held_, {})));
}

bool HeldText::show(std::string_view piece) {
  if (piece.empty()) return read_;
  std::string text(std::exchange(fresh_, false) && !shown_.empty() ? "\n\n" : "");
  text += piece;
  if (first_ms_ < 0) first_ms_ = watch_.milliseconds();
  shown_ += text;
  if (on_token_ && read_) read_ = on_token_(text);
  return read_;
}

}  // namespace kindling
