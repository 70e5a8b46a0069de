#include "tokenizer/normal_cluster.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>

#include "base/utf8.h"

namespace kindling {
namespace {

struct Range {
  char32_t first, last;
};

// Indic_Conjunct_Break=Consonant, which ICU 72 does not know.
constexpr std::array consonants = {
    Range{0x915, 0x939}, Range{0x958, 0x95f}, Range{0x978, 0x97f}, Range{0x995, 0x9a8}, Range{0x9aa, 0x9b0},
    Range{0x9b2, 0x9b2}, Range{0x9b6, 0x9b9}, Range{0x9dc, 0x9dd}, Range{0x9df, 0x9df}, Range{0x9f0, 0x9f1},
    Range{0xa95, 0xaa8}, Range{0xaaa, 0xab0}, Range{0xab2, 0xab3}, Range{0xab5, 0xab9}, Range{0xaf9, 0xaf9},
    Range{0xb15, 0xb28}, Range{0xb2a, 0xb30}, Range{0xb32, 0xb33}, Range{0xb35, 0xb39}, Range{0xb5c, 0xb5d},
    Range{0xb5f, 0xb5f}, Range{0xb71, 0xb71}, Range{0xc15, 0xc28}, Range{0xc2a, 0xc39}, Range{0xc58, 0xc5a},
    Range{0xd15, 0xd3a},
};

bool is_consonant(char32_t c) {
  return std::any_of(consonants.begin(), consonants.end(),
                     [c](Range range) { return c >= range.first && c <= range.last; });
}

bool is_linker(char32_t c) {
  return c == 0x94d || c == 0x9cd || c == 0xacd || c == 0xb4d || c == 0xc4d || c == 0xd4d;
}

int break_of(char32_t c) {
  const bool younger_mark = c == 0x897 || (c >= 0x1acf && c <= 0x1add) || (c >= 0x1ae0 && c <= 0x1aeb);
  if (younger_mark) return U_GCB_EXTEND;
  return u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_GRAPHEME_CLUSTER_BREAK);
}

bool is_control(int kind) { return kind == U_GCB_CR || kind == U_GCB_LF || kind == U_GCB_CONTROL; }

// What stands before a place where a cluster may end.
struct Before {
  int kind;
  bool pictograph;  // an Extended_Pictographic and extenders
  bool consonant;   // a consonant, extenders and linkers
  bool linked;      // among them a linker
  unsigned flags;   // regional indicators in a row
};

bool syllable_goes_on(int a, int b) {
  if (a == U_GCB_L) return b == U_GCB_L || b == U_GCB_V || b == U_GCB_LV || b == U_GCB_LVT;
  if (a == U_GCB_LV || a == U_GCB_V) return b == U_GCB_V || b == U_GCB_T;
  return (a == U_GCB_LVT || a == U_GCB_T) && b == U_GCB_T;
}

bool goes_on(const Before& before, char32_t c, int kind) {
  if (before.kind == U_GCB_CR && kind == U_GCB_LF) return true;
  if (is_control(before.kind) || is_control(kind)) return false;
  if (syllable_goes_on(before.kind, kind)) return true;
  if (kind == U_GCB_EXTEND || kind == U_GCB_ZWJ || kind == U_GCB_SPACING_MARK) return true;
  if (before.kind == U_GCB_PREPEND) return true;
  if (before.linked && is_consonant(c)) return true;
  if (before.kind == U_GCB_ZWJ && before.pictograph &&
      u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_EXTENDED_PICTOGRAPHIC))
    return true;
  return kind == U_GCB_REGIONAL_INDICATOR && before.flags % 2 == 1;
}

Before behind(const Before& before, char32_t c, int kind) {
  Before next{kind, false, false, false, 0};
  const bool extends = kind == U_GCB_EXTEND || kind == U_GCB_ZWJ;
  next.pictograph = u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_EXTENDED_PICTOGRAPHIC) ||
                    (extends && before.pictograph);
  next.consonant = is_consonant(c) || (extends && before.consonant);
  next.linked = next.consonant && extends && (before.linked || is_linker(c));
  if (kind == U_GCB_REGIONAL_INDICATOR) next.flags = before.flags + 1;
  return next;
}

// Printable ASCII: nothing joins two of them.
bool is_plain(char c) { return c >= 0x20 && c < 0x7f; }

}  // namespace

std::size_t grapheme_end(std::string_view text, std::size_t at) {
  if (is_plain(text[at]) && (at + 1 == text.size() || is_plain(text[at + 1]))) return at + 1;
  char32_t c = next_code_point(text, at);
  Before before = behind({U_GCB_CONTROL, false, false, false, 0}, c, break_of(c));
  while (at < text.size()) {
    std::size_t end = at;
    c = next_code_point(text, end);
    const int kind = break_of(c);
    if (!goes_on(before, c, kind)) break;
    before = behind(before, c, kind);
    at = end;
  }
  return at;
}

}  // namespace kindling
