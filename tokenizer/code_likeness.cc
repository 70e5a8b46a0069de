#include "tokenizer/code_likeness.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace kindling {
namespace {

// Marks for each word, the commonest kind left out: where code begins, and what is code for certain.
constexpr float prose_at_most = .04f;
constexpr float code_at_least = .1f;

enum Kind : std::size_t { call, subscript, member, name_part, assignment, brace, double_operator, kinds };

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_letter_or_digit(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }
constexpr bool is_of_word(char c) {
  return is_letter_or_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// What kind of mark `c` is between the characters beside it (0 at the ends), or `kinds`: none. Of two
// characters the first one counts.
Kind kind_of(char before, char c, char after) {
  switch (c) {
    case '(':
      return is_letter_or_digit(before) || before == '_' ? call : kinds;
    case '[':
      return is_letter(before) || before == '_' ? subscript : kinds;
    case '.':
      return (is_letter(before) || before == '_' || before == ')' || before == ']') &&
                     (is_letter(after) || after == '_')
                 ? member
                 : kinds;
    case '_':
      return is_letter_or_digit(before) && is_letter_or_digit(after) ? name_part : kinds;
    case '=':
      if (after == '>') return double_operator;
      return before == '<' || before == '>' || before == '=' ? kinds : assignment;
    case '{':
    case '}':
    case ';':
      return brace;
    case '-':
      return after == '>' ? double_operator : kinds;
    case ':':
    case '&':
    case '|':
      return after == c ? double_operator : kinds;
    default:
      return kinds;
  }
}

}  // namespace

float code_likeness(std::string_view text) {
  std::array<std::size_t, kinds> counts{};
  std::size_t words = 0;
  char before = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i], after = i + 1 < text.size() ? text[i + 1] : '\0';
    words += is_of_word(c) && !is_of_word(before);
    const Kind kind = kind_of(before, c, after);
    if (kind != kinds) ++counts[kind];
    before = c;
  }
  if (words == 0) return 0;
  const std::size_t all = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  const std::size_t marks = all - *std::max_element(counts.begin(), counts.end());
  const float density = static_cast<float>(marks) / static_cast<float>(words);
  return std::clamp((density - prose_at_most) / (code_at_least - prose_at_most), 0.f, 1.f);
}

}  // namespace kindling
