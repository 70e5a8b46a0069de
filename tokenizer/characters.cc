#include "tokenizer/characters.h"

#include <unicode/uchar.h>

#include "base/utf8.h"

namespace kindling {

namespace {
UChar32 icu(char32_t c) { return static_cast<UChar32>(c); }
}  // namespace

bool is_white_space(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13);
  return c == 0xfeff || u_isUWhiteSpace(icu(c));
}

bool is_upper(char32_t c) {
  if (c < 0x80) return is_ascii_upper(c);
  const auto type = u_charType(icu(c));
  return type == U_UPPERCASE_LETTER || type == U_TITLECASE_LETTER;
}

bool is_lower(char32_t c) { return c < 0x80 ? is_ascii_lower(c) : u_charType(icu(c)) == U_LOWERCASE_LETTER; }

bool is_digit(char32_t c) {
  return c < 0x80 ? is_ascii_digit(c) : u_charType(icu(c)) == U_DECIMAL_DIGIT_NUMBER;
}

bool is_letter(char32_t c) {
  return c < 0x80 ? is_ascii_letter(c) : static_cast<bool>(u_isUAlphabetic(icu(c)));
}

bool is_mark(char32_t c) { return c >= 0x300 && (U_GET_GC_MASK(icu(c)) & U_GC_M_MASK) != 0; }

bool is_opening(char32_t c) {
  if (c < 0x80) return c == '"' || c == '\'' || c == '(' || c == '[' || c == '{';
  const auto type = u_charType(icu(c));
  return type == U_START_PUNCTUATION || type == U_INITIAL_PUNCTUATION || c == 0xbf || c == 0xa1;
}

bool is_closing(char32_t c) {
  if (c < 0x80) return c == '"' || c == '\'' || c == ')' || c == ']' || c == '}';
  const auto type = u_charType(icu(c));
  return type == U_END_PUNCTUATION || type == U_FINAL_PUNCTUATION;
}

char32_t code_point_before(std::string_view text, std::size_t end, std::size_t& begin) {
  begin = end - 1;
  while (begin > 0 && end - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80) --begin;
  std::size_t at = begin;
  const char32_t c = next_code_point(text.substr(0, end), at);
  if (at == end) return c;
  begin = end - 1;
  return replacement_character;
}

}  // namespace kindling
