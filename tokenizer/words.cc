#include "tokenizer/words.h"

#include <unicode/uchar.h>

#include "base/utf8.h"

namespace kindling {

std::string lower_case(std::string_view word) {
  std::string lower;
  lower.reserve(word.size());
  for (std::size_t at = 0; at < word.size();) {
    append_utf8(lower, static_cast<char32_t>(u_tolower(static_cast<UChar32>(next_code_point(word, at)))));
  }
  return lower;
}

}  // namespace kindling
