// Words of a text (UAX #29, tailored for search), one after the other.
//
// Tailoring: ':' never joins letters and ';' never digits; runs of Han and Kana, of Hangul, and of the scripts
// without spaces (Thai, Lao, Khmer, Myanmar) are kept apart, for the analyzer to cut into pairs; apostrophes
// split where the language elides (l'homme) or sets off suffixes (Ankara'da).
//
// Private to tokenizer/. Borrows the text; belongs to one thread. Linear in the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tokenizer/language.h"

namespace kindling {

enum class CharacterKind : std::uint8_t {
  other,
  letter,
  digit,
  connector,
  mid_letter,
  mid_both,
  mid_number,
  mark,
  ideograph,
  hangul,
  unspaced,
};

enum class WordKind : std::uint8_t {
  plain,       // letters, digits, and what joins them
  ideographs,  // Han and Kana
  hangul,
  unspaced,  // Thai, Lao, Khmer, Myanmar
};

struct Word {
  WordKind kind = WordKind::plain;
  std::size_t begin = 0;
  std::size_t end = 0;
  bool ascii = true;
  bool upper = false;  // holds an ASCII capital
  bool digit = false;
  bool letter = false;
  bool separator = false;  // holds '_', '.' or ',' (the last two between what they join)
  bool camel = false;      // fooBar, HTTPServer (ASCII)
};

class WordScanner {
 public:
  WordScanner(std::string_view text, Language language);

  // The next word; false at the end of the text.
  bool next(Word& word);

 private:
  bool skip_to_word(Word& word);
  void scan_plain(Word& word);
  void scan_run(Word& word);
  [[nodiscard]] bool joins(CharacterKind joiner, CharacterKind before, std::size_t behind) const;

  std::string_view text_;
  std::size_t at_ = 0;
  bool apostrophe_joins_;
};

// The end of the character that starts at `begin`, with the marks that belong to it.
[[nodiscard]] std::size_t cluster_end(std::string_view text, std::size_t begin);

}  // namespace kindling
