// What BERT's basic tokenization makes of each character: clean, split Han, NFD without accents, lower case.
//
// "Equal, id for id" needs the reference's own mixture of Unicode versions: Hugging Face `tokenizers` takes
// general categories from Unicode 8.0, decompositions and combining classes from 9.0, lower case from 17.0.
// Characters younger than that count as unassigned there. Verified over all code points by
// tests/tokenizer/check_wordpiece.py.
//
// Private to tokenizer/. Immutable; safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tokenizer/wordpiece.h"

namespace kindling {

enum class BertKind : std::uint8_t {
  dropped,  // control characters, U+FFFD: as if not there
  removed,  // an accent: not kept, but it stands between its neighbours in canonical order
  space,
  ideograph,    // a word of its own
  punctuation,  // a word of its own
  letter,       // part of a word
};

// One character after the mapping.
struct BertCharacter {
  char32_t code_point = 0;
  BertKind kind = BertKind::dropped;
  std::uint8_t combining_class = 0;
};

// What one code point becomes: up to four characters in canonical order (a Hangul syllable gives two or three).
struct BertMapping {
  std::array<BertCharacter, 4> characters;
  int count = 0;
};

class BertCharacters {
 public:
  explicit BertCharacters(WordPieceOptions options);

  // The mapping of `c`.
  [[nodiscard]] BertMapping map(char32_t c) const;

  // What stands in the table for "see `map`".
  static constexpr BertCharacter asks_for_map{1, BertKind::removed, 0};

  // The one character that is kept of `c`, or kind `removed` if none is; `asks_for_map` where there are
  // several, where order matters, and beyond the table.
  [[nodiscard]] BertCharacter map_simple(char32_t c) const {
    if (c < table_size) return table_[c];
    const bool han = (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf);
    return han ? BertCharacter{c, options_.split_cjk ? BertKind::ideograph : BertKind::letter, 0}
               : asks_for_map;
  }
  [[nodiscard]] static bool needs_map(BertCharacter c) { return c.code_point == asks_for_map.code_point; }

 private:
  static constexpr char32_t table_size =
      0x3000;  // alphabets and general punctuation; the rest is mapped when met

  WordPieceOptions options_;
  std::vector<BertCharacter> table_;
};

}  // namespace kindling
