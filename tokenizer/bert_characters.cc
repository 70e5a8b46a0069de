#include "tokenizer/bert_characters.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include <iterator>

#include "base/utf8.h"

namespace kindling {
namespace {

UChar32 icu(char32_t c) { return static_cast<UChar32>(c); }
bool in(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

bool is_assigned_in(char32_t c, int unicode_major) {
  UVersionInfo age;
  u_charAge(icu(c), age);
  return age[0] != 0 && (age[0] < unicode_major || (age[0] == unicode_major && age[1] == 0));
}

// General category as of Unicode 8.0; the few characters whose category changed since are named.
int category(char32_t c) {
  if (c == 0x1734) return U_NON_SPACING_MARK;
  if (c == 0x1885 || c == 0x1886 || c == 0xa9bd) return U_OTHER_LETTER;
  if (c == 0x166d || c == 0x111c9) return U_OTHER_PUNCTUATION;
  const int type = u_charType(icu(c));
  return type == U_PRIVATE_USE_CHAR || is_assigned_in(c, 8) ? type : U_UNASSIGNED;
}

bool is_space(char32_t c) { return c == '\t' || c == '\n' || c == '\r' || u_isUWhiteSpace(icu(c)); }

bool is_dropped(char32_t c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  if (c == 0 || c == replacement_character) return true;
  const int type = category(c);
  return type == U_CONTROL_CHAR || type == U_FORMAT_CHAR || type == U_PRIVATE_USE_CHAR;
}

// The reference's ranges, with its slip at U+2B820..U+2B91F.
bool is_ideograph(char32_t c) {
  return in(c, 0x4e00, 0x9fff) || in(c, 0x3400, 0x4dbf) || in(c, 0x20000, 0x2a6df) || in(c, 0x2a700, 0x2b73f) ||
         in(c, 0x2b740, 0x2b81f) || in(c, 0x2b920, 0x2ceaf) || in(c, 0xf900, 0xfaff) || in(c, 0x2f800, 0x2fa1f);
}

bool is_punctuation(char32_t c) {
  if (c < 0x80) return in(c, '!', '/') || in(c, ':', '@') || in(c, '[', '`') || in(c, '{', '~');
  switch (category(c)) {
    case U_DASH_PUNCTUATION:
    case U_START_PUNCTUATION:
    case U_END_PUNCTUATION:
    case U_CONNECTOR_PUNCTUATION:
    case U_OTHER_PUNCTUATION:
    case U_INITIAL_PUNCTUATION:
    case U_FINAL_PUNCTUATION:
      return true;
    default:
      return false;
  }
}

// Simple lower case, with the pairs that joined Unicode after the version of ICU that Debian 12 has.
char32_t lower(char32_t c) {
  if (in(c, 0x10d50, 0x10d65)) return c + 0x20;
  if (in(c, 0x16ea0, 0x16eb8)) return c + 0x1b;
  switch (c) {
    case 0xa7cb:
      return 0x264;
    case 0xa7dc:
      return 0x19b;
    case 0x1c89:
    case 0xa7cc:
    case 0xa7ce:
    case 0xa7d2:
    case 0xa7d4:
    case 0xa7da:
      return c + 1;
    default:
      return static_cast<char32_t>(u_tolower(icu(c)));
  }
}

std::uint8_t combining_class(char32_t c) {
  return c >= 0x300 && is_assigned_in(c, 9) ? u_getCombiningClass(icu(c)) : std::uint8_t{0};
}

int decompose(char32_t c, std::array<char32_t, 4>& out) {
  std::array<UChar, 16> units{};
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* nfd = unorm2_getNFDInstance(&status);
  int size =
      U_SUCCESS(status) ? unorm2_getDecomposition(nfd, icu(c), units.data(), std::ssize(units), &status) : -1;
  if (size <= 0 || U_FAILURE(status) || !is_assigned_in(c, 9)) {
    out[0] = c;
    return 1;
  }
  int count = 0;
  for (int i = 0; i < size && count < std::ssize(out);) {
    UChar32 part = 0;
    U16_NEXT(units.data(), i, size, part);
    out[static_cast<std::size_t>(count++)] = static_cast<char32_t>(part);
  }
  return count;
}

// Accents that are not kept need no place in canonical order: sorting the kept ones by class is the same
// without them.
BertCharacter simplify(const BertMapping& mapping) {
  BertCharacter only{0, BertKind::removed, 0};
  int kept = 0;
  for (int i = 0; i < mapping.count; ++i) {
    const BertCharacter c = mapping.characters[static_cast<std::size_t>(i)];
    if (c.kind == BertKind::removed) continue;
    if (c.combining_class != 0) return BertCharacters::asks_for_map;
    only = c;
    ++kept;
  }
  return kept <= 1 ? only : BertCharacters::asks_for_map;
}

}  // namespace

BertCharacters::BertCharacters(WordPieceOptions options) : options_(options) {
  std::vector<BertCharacter> table(table_size);
  for (char32_t c = 0; c < table_size; ++c) table[c] = simplify(map(c));
  table_ = std::move(table);
}

BertMapping BertCharacters::map(char32_t c) const {
  BertMapping mapping;
  const auto put = [&mapping](char32_t code_point, BertKind kind, std::uint8_t ccc = 0) {
    mapping.characters[static_cast<std::size_t>(mapping.count++)] = {code_point, kind, ccc};
  };
  if (is_dropped(c)) {
    put(0, BertKind::dropped);
    return mapping;
  }
  if (is_space(c)) {
    put(' ', BertKind::space);
    return mapping;
  }
  const bool ideograph = options_.split_cjk && is_ideograph(c);
  std::array<char32_t, 4> parts{c};
  const int count = options_.strip_accents ? decompose(c, parts) : 1;
  for (int i = 0; i < count; ++i) {
    const char32_t part = parts[static_cast<std::size_t>(i)];
    const std::uint8_t ccc = options_.strip_accents ? combining_class(part) : std::uint8_t{0};
    if (options_.strip_accents && category(part) == U_NON_SPACING_MARK) {
      put(0, BertKind::removed, ccc);
      continue;
    }
    const char32_t lowered = options_.lower_case ? lower(part) : part;
    put(lowered,
        ideograph                 ? BertKind::ideograph
        : is_punctuation(lowered) ? BertKind::punctuation
                                  : BertKind::letter,
        ccc);
    if (options_.lower_case && part == 0x130)
      put(0x307, BertKind::letter);  // the one lower case of two characters
  }
  return mapping;
}

}  // namespace kindling
