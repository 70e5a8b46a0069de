#include "tokenizer/word_scanner.h"

#include <unicode/uchar.h>

#include <array>

#include "base/utf8.h"
#include "tokenizer/characters.h"

namespace kindling {
namespace {

using Kind = CharacterKind;

constexpr std::array<Kind, 128> ascii_kinds = [] {
  std::array<Kind, 128> kinds{};
  for (char c = 'a'; c <= 'z'; ++c)
    kinds[static_cast<std::size_t>(c)] = kinds[static_cast<std::size_t>(c - 32)] = Kind::letter;
  for (char c = '0'; c <= '9'; ++c) kinds[static_cast<std::size_t>(c)] = Kind::digit;
  kinds['_'] = Kind::connector;
  kinds['.'] = Kind::mid_both;
  kinds['\''] = Kind::mid_letter;
  kinds[','] = Kind::mid_number;
  return kinds;
}();

bool in(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

bool is_ideograph_or_kana(char32_t c) {
  return in(c, 0x3005, 0x3007) || in(c, 0x3021, 0x3029) || in(c, 0x3031, 0x3035) || in(c, 0x3041, 0x3096) ||
         in(c, 0x309d, 0x309f) || in(c, 0x30a1, 0x30fa) || in(c, 0x30fc, 0x30ff) || in(c, 0x31f0, 0x31ff) ||
         in(c, 0x3400, 0x4dbf) || in(c, 0x4e00, 0x9fff) || in(c, 0xf900, 0xfaff) || in(c, 0xff66, 0xff9d) ||
         in(c, 0x1b000, 0x1b16f) || in(c, 0x20000, 0x3fffd);
}

bool is_unspaced(char32_t c) {
  return in(c, 0x0e01, 0x0e3a) || in(c, 0x0e40, 0x0e4e) || in(c, 0x0e81, 0x0ece) || in(c, 0x0edc, 0x0edf) ||
         in(c, 0x1000, 0x103f) || in(c, 0x1050, 0x108f) || in(c, 0x1780, 0x17d3) || c == 0x17d7;
}

bool is_hangul(char32_t c) { return in(c, 0xac00, 0xd7a3) || in(c, 0x1100, 0x115f) || in(c, 0x3131, 0x318e); }

// Marks, and characters that only continue the one before: half-width voicing, vowel and final jamo, joiners.
bool continues(char32_t c) {
  if (c < 0xad) return false;
  return c == 0xad || is_mark(c) || c == 0x200c || c == 0x200d || in(c, 0x1160, 0x11ff) ||
         in(c, 0xff9e, 0xff9f) || c == 0x3099 || c == 0x309a;
}

Kind kind_of(char32_t c) {
  if (c < 0x80) return ascii_kinds[c];
  if (c == 0x2019 || c == 0xb7 || c == 0x5f4 || c == 0x2bc) return Kind::mid_letter;
  if (c == 0x66b || c == 0x66c || c == 0x2044) return Kind::mid_number;
  if (is_unspaced(c)) return Kind::unspaced;
  if (continues(c)) return Kind::mark;
  if (is_hangul(c)) return Kind::hangul;
  if (is_ideograph_or_kana(c)) return Kind::ideograph;
  if (is_digit(c)) return Kind::digit;
  if (u_charType(static_cast<UChar32>(c)) == U_CONNECTOR_PUNCTUATION) return Kind::connector;
  return is_letter(c) ? Kind::letter : Kind::other;
}

bool starts_word(Kind kind) { return kind == Kind::letter || kind == Kind::digit || kind >= Kind::ideograph; }

// Digits and camel case: a capital behind a small letter (fooBar), or a small letter behind two capitals
// (HTTPServer).
void note_character(Word& word, bool digit, char32_t c, char32_t before, char32_t two_before) {
  word.digit |= digit;
  word.letter |= !digit;
  if (is_ascii_upper(c)) {
    word.upper = true;
    word.camel |= is_ascii_lower(before);
  } else if (is_ascii_lower(c)) {
    word.camel |= is_ascii_upper(before) && is_ascii_upper(two_before);
  }
}

bool apostrophe_splits(Language language) {
  switch (language) {
    case Language::french:
    case Language::italian:
    case Language::catalan:
    case Language::irish:
    case Language::turkish:
    case Language::romanian:
      return true;
    default:
      return false;
  }
}

}  // namespace

WordScanner::WordScanner(std::string_view text, Language language)
    : text_(text), apostrophe_joins_(!apostrophe_splits(language)) {}

bool WordScanner::next(Word& word) {
  if (!skip_to_word(word)) return false;
  if (word.kind == WordKind::plain) {
    scan_plain(word);
  } else {
    scan_run(word);
  }
  at_ = word.end;
  return true;
}

bool WordScanner::skip_to_word(Word& word) {
  while (at_ < text_.size()) {
    std::size_t next = at_;
    const Kind kind = kind_of(next_code_point(text_, next));
    if (starts_word(kind)) {
      word = Word{};
      word.begin = word.end = at_;
      if (kind == Kind::ideograph) word.kind = WordKind::ideographs;
      if (kind == Kind::hangul) word.kind = WordKind::hangul;
      if (kind == Kind::unspaced) word.kind = WordKind::unspaced;
      return true;
    }
    at_ = next;
  }
  return false;
}

// Only letters, digits and their marks move the end, so that underscores around a word stay outside
// (_emphasis_, __init__).
void WordScanner::scan_plain(Word& word) {
  std::size_t at = word.begin;
  Kind before = Kind::other;  // the last that was no mark
  char32_t two_before = 0, one_before = 0;
  while (at < text_.size()) {
    std::size_t behind = at;
    const char32_t c = next_code_point(text_, behind);
    const Kind kind = kind_of(c);
    switch (kind) {
      case Kind::letter:
      case Kind::digit:
        note_character(word, kind == Kind::digit, c, one_before, two_before);
        word.separator |= before == Kind::connector || before == Kind::mid_both || before == Kind::mid_number;
        word.end = behind;
        break;
      case Kind::mark:
        word.end = behind;
        break;
      case Kind::connector:
        break;
      case Kind::mid_letter:
      case Kind::mid_both:
      case Kind::mid_number:
        if (word.end != at || !joins(kind, before, behind)) return;
        break;
      default:
        return;
    }
    word.ascii &= c < 0x80;
    if (kind != Kind::mark) before = kind;
    two_before = one_before;
    one_before = c;
    at = behind;
  }
}

// Whether a character of kind `joiner` joins one of kind `before` to what stands at `behind`.
bool WordScanner::joins(Kind joiner, Kind before, std::size_t behind) const {
  if (behind >= text_.size()) return false;
  const Kind after = kind_of(next_code_point(text_, behind));
  const bool letters = before == Kind::letter && after == Kind::letter;
  const bool digits = before == Kind::digit && after == Kind::digit;
  if (joiner == Kind::mid_both) return letters || digits;
  return joiner == Kind::mid_number ? digits : letters && apostrophe_joins_;
}

void WordScanner::scan_run(Word& word) {
  word.ascii = false;
  Kind kind = Kind::other;
  std::size_t at = word.begin;
  while (at < text_.size()) {
    std::size_t behind = at;
    const Kind found = kind_of(next_code_point(text_, behind));
    if (kind == Kind::other) kind = found;
    if (found != kind && found != Kind::mark) break;
    word.end = at = behind;
  }
}

std::size_t cluster_end(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  (void)next_code_point(text, end);
  while (end < text.size()) {
    std::size_t next = end;
    if (!continues(next_code_point(text, next))) break;
    end = next;
  }
  return end;
}

}  // namespace kindling
