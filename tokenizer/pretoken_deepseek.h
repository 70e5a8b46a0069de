// The pre-tokeniser of DeepSeek-V3 and its successors: three splits, one inside the pieces of the other (runs
// of up to three digits; runs of Han and kana; words, signs and white space of the rest), as one scanner.
//
// What no split matches (control characters, unassigned ones) stays together as a piece. Private to tokenizer/.
// Pure; time is linear in the text. Text must be valid UTF-8.
#pragma once

#include <string_view>

#include "base/utf8.h"
#include "tokenizer/pretoken_classes.h"
#include "tokenizer/pretoken_scanner.h"

namespace kindling {

class DeepSeekScanner {
 public:
  DeepSeekScanner(const char* end, const PretokenClasses& classes) : end_(end), classes_(classes) {}

  // The end of the piece that begins at `p`. Requires: p < end.
  [[nodiscard]] const char* piece_end(const char* p) const {
    using namespace pretoken_class;
    const Character first = at(p);
    if (first.kind == number) return digits_end(p);
    if (first.kind == east_asian) return run_end(p, is_east_asian);
    if (is_ascii_sign(first)) {
      const char* word = ascii_letters::end<true>(p + 1, end_, 'a', 'z');
      if (word != p + 1) return word;
    }
    if (is_word(first)) return run_end(p, is_word);
    if (leads_word(p, first)) return run_end(p + first.size, is_word);
    const char* behind_blank = *p == ' ' ? p + 1 : p;
    if (behind_blank < end_ && at(behind_blank).kind == symbol) {
      const char* e = run_end(behind_blank, [](Character c) { return c.kind == symbol; });
      while (e < end_ && (*e == '\r' || *e == '\n')) ++e;
      return e;
    }
    return (first.kind & space) != 0 ? space_end(p) : unmatched_end(p, first);
  }

 private:
  struct Character {
    std::uint8_t kind;
    std::uint8_t size;
  };
  static constexpr std::uint8_t east_asian = pretoken_class::number | pretoken_class::letter;  // of no category

  [[nodiscard]] Character at(const char* p) const {
    const auto lead = static_cast<unsigned char>(*p);
    if (lead < 0x80) return {classes_.ascii(lead), 1};
    std::size_t size = 0;
    const char32_t c = next_code_point(std::string_view(p, static_cast<std::size_t>(end_ - p)), size);
    const bool east = (c >= 0x4e00 && c <= 0x9fa5) || (c >= 0x3040 && c <= 0x30ff);
    return {east ? east_asian : classes_.of(c), static_cast<std::uint8_t>(size)};
  }
  static bool is_east_asian(Character c) { return c.kind == east_asian; }
  static bool is_word(Character c) {
    return c.kind != east_asian && (c.kind & (pretoken_class::letter | pretoken_class::mark)) != 0;
  }
  static bool is_ascii_sign(Character c) { return c.size == 1 && c.kind == pretoken_class::symbol; }
  // Another split has cut the text here.
  static bool is_cut(Character c) { return c.kind == east_asian || c.kind == pretoken_class::number; }

  template <typename Kind>
  [[nodiscard]] const char* run_end(const char* p, Kind is_kind) const {
    while (p < end_) {
      const Character c = at(p);
      if (!is_kind(c)) break;
      p += c.size;
    }
    return p;
  }
  [[nodiscard]] bool leads_word(const char* p, Character first) const {
    using namespace pretoken_class;
    return (first.kind & (line_end | symbol)) == 0 && p + first.size < end_ && is_word(at(p + first.size));
  }
  [[nodiscard]] const char* digits_end(const char* p) const {
    for (int i = 0; i < 3 && p < end_; ++i) {
      const Character c = at(p);
      if (c.kind != pretoken_class::number) break;
      p += c.size;
    }
    return p;
  }
  [[nodiscard]] const char* space_end(const char* p) const {
    const char* behind_line_end = nullptr;
    const char* last = p;
    const char* q = p;
    bool at_end = true;
    while (q < end_) {
      const Character c = at(q);
      if ((c.kind & pretoken_class::space) == 0) {
        at_end = is_cut(c);
        break;
      }
      last = q;
      q += c.size;
      if ((c.kind & pretoken_class::line_end) != 0) behind_line_end = q;
    }
    if (behind_line_end != nullptr) return behind_line_end;
    return at_end || last == p ? q : last;
  }
  [[nodiscard]] const char* unmatched_end(const char* p, Character first) const {
    do {
      p += first.size;
      if (p == end_) break;
      first = at(p);
    } while (first.kind == 0 && !leads_word(p, first));
    return p;
  }

  const char* end_;
  const PretokenClasses& classes_;
};

}  // namespace kindling
