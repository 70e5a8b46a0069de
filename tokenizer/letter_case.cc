#include "tokenizer/letter_case.h"

#include <unicode/uchar.h>

#include <array>

#include "base/utf8.h"
#include "tokenizer/unicode_ages.h"

namespace kindling {
namespace {

struct Capitals {
  char32_t first, last, small;
};

// Of Unicode 16 and 17, which ICU 72 does not know.
constexpr std::array younger = {
    Capitals{0x1c89, 0x1c89, 0x1c8a},    Capitals{0xa7cb, 0xa7cb, 0x264},  Capitals{0xa7cc, 0xa7cc, 0xa7cd},
    Capitals{0xa7ce, 0xa7ce, 0xa7cf},    Capitals{0xa7d2, 0xa7d2, 0xa7d3}, Capitals{0xa7d4, 0xa7d4, 0xa7d5},
    Capitals{0xa7da, 0xa7da, 0xa7db},    Capitals{0xa7dc, 0xa7dc, 0x19b},  Capitals{0x10d50, 0x10d65, 0x10d70},
    Capitals{0x16ea0, 0x16eb8, 0x16ebb},
};

char32_t small_of(char32_t c) {
  for (const Capitals& capitals : younger)
    if (c >= capitals.first && c <= capitals.last) return capitals.small + (c - capitals.first);
  return static_cast<char32_t>(u_tolower(static_cast<UChar32>(c)));
}

}  // namespace

void append_small(char32_t c, std::string_view bytes, std::string& out) {
  if (c == 0x130) {  // the one letter whose small form is two characters
    out += "i\u0307";
    return;
  }
  const char32_t small = small_of(c);
  if (small == c) {
    out += bytes;
  } else {
    append_utf8(out, small);
  }
}

bool is_accent(char32_t c) {
  const bool mark = (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_M_MASK) != 0;
  return mark != is_in(marks_of_another_age(), c);
}

}  // namespace kindling
