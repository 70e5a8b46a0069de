// The words of a text as quotations are compared by: what typesetting and copying change is gone.
//
// Gone are white space, quotation marks, hyphens and dashes, punctuation, capitals, ligatures and every other
// difference that NFKC and case folding remove (UAX #15, UAX #31), soft hyphens and zero-width characters, the
// short vowels of Arabic. Kept is what changes the meaning: letters, numbers, the signs of money, per cent,
// degrees and comparison, and a minus before a number. Unlike search terms (tokenizer/analyzer.h) words are not
// stemmed and none is dropped; every character of Han, Kana, Thai, Lao, Khmer and Burmese is a word.
//
// Two texts are equal as quotations when the joined texts of their words are: hyphenation at a line's end then
// needs no rule of its own. Pure; safe from any thread. Invalid UTF-8 separates words. Linear in time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"

namespace kindling {

enum class PlainKind : std::uint8_t {
  word,
  number,  // digits, with its decimal point; grouping commas are gone, digits of other scripts are ASCII
  sign,    // one of + < = > %, money, degrees, per mille, other mathematical signs; '-' for a minus
};

// What stands before a word, the strongest of it.
enum class Gap : std::uint8_t {
  none,    // nothing: "mg" in "5mg"
  joint,   // hyphens, quotation marks, brackets, line ends after a hyphen; but no other white space
  space,   // white space, with any of the above
  clause,  // , ; : | and dashes between spaces
  stop,    // . ! ? and their like, a blank line, or the beginning
};

struct PlainWord {
  std::string text;
  ByteSpan span;  // in the text given
  PlainKind kind = PlainKind::word;
  Gap before = Gap::stop;
  bool capital = false;  // begins with a capital letter
};

// A word longer than this many bytes is cut into several.
inline constexpr std::size_t plain_word_bytes_max = 64;

[[nodiscard]] std::vector<PlainWord> plain_words(std::string_view text);

}  // namespace kindling
