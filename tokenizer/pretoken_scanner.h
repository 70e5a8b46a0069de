// The pre-tokenising patterns of byte-level BPE as scanners: where the piece that begins here ends.
//
// Each pattern is one set of rules, compiled into its own loop; no regular-expression engine. The published
// patterns are lists of alternatives tried in order with backtracking; here the first character chooses, and
// what backtracking would find is computed. A scanner looks only forward, so scanning may begin at any border.
//
// Private to tokenizer/. Pure; time is linear in the text. Text must be valid UTF-8.
#pragma once

#include <cstdint>

#include "tokenizer/ascii_letters.h"
#include "tokenizer/pretoken_classes.h"

namespace kindling {

enum class Contractions : std::uint8_t {
  none,
  case_sensitive,  // "'s" is a piece
  any_case,        // "'s", "'S" are pieces
  after_word,      // "'s" ends the word before it
};

// What distinguishes the patterns of one family.
struct PretokenRules {
  Contractions contractions = Contractions::none;
  bool cased = false;         // a word ends where a capital follows a small letter
  bool marks_join = false;    // combining marks are letters; implied by `cased`
  bool only_blank = false;    // only a blank may lead a word or number (GPT-2); else any sign leads a word
  int digits_max = 0;         // of one piece; 0: all
  bool line_tail = false;     // signs take the line ends behind them
  bool slash_tail = false;    // and slashes among those
  bool line_first = false;    // white space is cut behind its last line end
  bool space_at_end = false;  // but not at the end of the text
};

template <PretokenRules R>
class PretokenScanner {
 public:
  PretokenScanner(const char* end, const PretokenClasses& classes) : end_(end), classes_(classes) {}

  // The end of the piece that begins at `p`. Requires: p < end.
  [[nodiscard]] const char* piece_end(const char* p) const;

 private:
  struct Character {
    std::uint8_t kind;
    std::uint8_t size;
  };
  static constexpr std::uint8_t word_start =
      pretoken_class::letter | (R.cased || R.marks_join ? pretoken_class::mark : 0);
  static constexpr std::uint8_t not_sign = pretoken_class::letter | pretoken_class::number |
                                           pretoken_class::space | (R.marks_join ? pretoken_class::mark : 0);

  [[nodiscard]] Character at(const char* p) const {
    const auto lead = static_cast<unsigned char>(*p);
    return lead < 0x80 ? Character{classes_.ascii(lead), 1} : beyond_ascii(p, lead);
  }
  [[nodiscard]] Character beyond_ascii(const char* p, unsigned char lead) const {
    const auto tail = [p](int i) { return static_cast<unsigned char>(p[i]) & 0x3fu; };
    if (lead < 0xe0) return {classes_.of((lead & 0x1fu) << 6 | tail(1)), 2};
    if (lead < 0xf0) return {classes_.of((lead & 0xfu) << 12 | tail(1) << 6 | tail(2)), 3};
    return {classes_.of((lead & 7u) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3)), 4};
  }
  // The end of the run of characters of these kinds.
  [[nodiscard]] const char* run_end(const char* p, std::uint8_t kinds) const {
    while (p < end_) {
      const Character c = at(p);
      if ((c.kind & kinds) == 0) break;
      p += c.size;
    }
    return p;
  }

  [[nodiscard]] const char* contraction_end(const char* p) const;
  [[nodiscard]] const char* word_end(const char* p) const;
  [[nodiscard]] const char* cased_word_end(const char* p) const;
  [[nodiscard]] const char* cased_end_with_small(const char* p) const;
  [[nodiscard]] const char* led_word_end(const char* p, Character first) const;
  [[nodiscard]] const char* digits_end(const char* p) const;
  [[nodiscard]] const char* signs_end(const char* p) const;
  [[nodiscard]] const char* space_end(const char* p) const;

  const char* end_;
  const PretokenClasses& classes_;
};

template <PretokenRules R>
const char* PretokenScanner<R>::piece_end(const char* p) const {
  using namespace pretoken_class;
  const Character first = at(p);
  if constexpr (R.contractions == Contractions::case_sensitive || R.contractions == Contractions::any_case) {
    if (*p == '\'')
      if (const char* e = contraction_end(p); e != p) return e;
  }
  if ((first.kind & letter) != 0) return word_end(p);
  if ((first.kind & number) != 0) return digits_end(p);
  const bool leads = R.only_blank ? *p == ' ' : (first.kind & line_end) == 0;
  if (leads)
    if (const char* e = led_word_end(p, first); e != p) return e;
  const char* behind_blank = *p == ' ' ? p + 1 : p;
  if (behind_blank < end_) {
    const std::uint8_t kind = at(behind_blank).kind;
    if (R.only_blank && (kind & number) != 0) return digits_end(behind_blank);
    if ((kind & not_sign) == 0) return signs_end(behind_blank);
  }
  return space_end(p);
}

// Behind the contraction that begins at the apostrophe `p`, or `p`. The long s folds to s.
template <PretokenRules R>
const char* PretokenScanner<R>::contraction_end(const char* p) const {
  constexpr bool fold = R.contractions != Contractions::case_sensitive;
  const auto letter_at = [&](std::ptrdiff_t i) {
    return p + i < end_
               ? static_cast<char>(fold && ((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'z') ? p[i] | 0x20 : p[i])
               : '\0';
  };
  const char first = letter_at(1);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return p + 2;
  const char second = letter_at(2);
  if ((first == 'l' && second == 'l') || ((first == 'r' || first == 'v') && second == 'e')) return p + 3;
  if (fold && first == '\xc5' && second == '\xbf') return p + 3;
  return p;
}

// The end of the word whose first letter stands at `p`.
template <PretokenRules R>
const char* PretokenScanner<R>::word_end(const char* p) const {
  using namespace pretoken_class;
  if constexpr (R.cased) {
    p = cased_word_end(p);
    if constexpr (R.contractions == Contractions::after_word) {
      if (p < end_ && *p == '\'') p = contraction_end(p);
    }
    return p;
  } else {
    for (;;) {
      p = ascii_letters::end<true>(p, end_, 'a', 'z');
      if (p == end_ || static_cast<signed char>(*p) >= 0) return p;
      const Character c = at(p);
      if ((c.kind & word_start) == 0) return p;
      p = run_end(p + c.size, word_start);
    }
  }
}

// Capitals, then small letters; without small letters, capitals. A letter without case, and a mark, is both.
template <PretokenRules R>
const char* PretokenScanner<R>::cased_word_end(const char* p) const {
  using namespace pretoken_class;
  const char* capitals = ascii_letters::end<false>(p, end_, 'A', 'Z');
  const char* small = ascii_letters::end<false>(capitals, end_, 'a', 'z');
  if (small == end_ || static_cast<signed char>(*small) >= 0) return small;  // all ASCII
  if (small != capitals) return run_end(small, lower | caseless | mark);
  const char* e = cased_end_with_small(p);
  return e != p ? e : run_end(p, upper | caseless | mark);
}

// As above, where small letters (at least one) are asked for; `p` if there are none.
template <PretokenRules R>
const char* PretokenScanner<R>::cased_end_with_small(const char* p) const {
  using namespace pretoken_class;
  const char* behind_last_caseless = p;
  const char* q = p;
  while (q < end_) {
    const Character c = at(q);
    if ((c.kind & lower) != 0) return run_end(q, lower | caseless | mark);
    if ((c.kind & (upper | caseless | mark)) == 0) break;
    q += c.size;
    if ((c.kind & upper) == 0) behind_last_caseless = q;
  }
  return behind_last_caseless;
}

// The end of the word that the sign, mark or blank at `p` leads; `p` if no word follows.
template <PretokenRules R>
const char* PretokenScanner<R>::led_word_end(const char* p, Character first) const {
  using namespace pretoken_class;
  const char* behind = p + first.size;
  const bool word_follows = behind < end_ && (at(behind).kind & word_start) != 0;
  if constexpr (!R.cased) {
    if (word_follows) return word_end(behind);
    return (first.kind & word_start) != 0 ? behind : p;
  } else {
    if ((first.kind & mark) == 0) return word_follows ? word_end(behind) : p;
    // A mark may lead a word or begin it: the alternatives in their order.
    const char* e = cased_end_with_small(behind);
    if (e == behind) e = cased_end_with_small(p);
    if constexpr (R.contractions == Contractions::after_word) {
      if (e < end_ && *e == '\'') e = contraction_end(e);
    }
    return e;
  }
}

template <PretokenRules R>
const char* PretokenScanner<R>::digits_end(const char* p) const {
  for (int i = 0; (R.digits_max == 0 || i < R.digits_max) && p < end_; ++i) {
    const Character c = at(p);
    if ((c.kind & pretoken_class::number) == 0) break;
    p += c.size;
  }
  return p;
}

template <PretokenRules R>
const char* PretokenScanner<R>::signs_end(const char* p) const {
  while (p < end_) {
    const Character c = at(p);
    if ((c.kind & not_sign) != 0) break;
    p += c.size;
  }
  if constexpr (R.line_tail) {
    while (p < end_ && (*p == '\n' || *p == '\r' || (R.slash_tail && *p == '/'))) ++p;
  }
  return p;
}

// White space: up to its last line end, or all but the last character, which leads what follows.
template <PretokenRules R>
const char* PretokenScanner<R>::space_end(const char* p) const {
  const char* behind_line_end = nullptr;
  const char* last = p;
  const char* q = p;
  while (q < end_) {
    const Character c = at(q);
    if ((c.kind & pretoken_class::space) == 0) break;
    last = q;
    q += c.size;
    if ((c.kind & pretoken_class::line_end) != 0) behind_line_end = q;
  }
  if (R.space_at_end && q == end_) return q;
  if (R.line_first && behind_line_end != nullptr) return behind_line_end;
  return q == end_ || last == p ? q : last;
}

}  // namespace kindling
