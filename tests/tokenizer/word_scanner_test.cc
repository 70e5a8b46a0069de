#include "tokenizer/word_scanner.h"

#include <gtest/gtest.h>
#include <unicode/brkiter.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/utf8.h"

namespace kindling {
namespace {

std::vector<std::string> scanned(std::string_view text) {
  std::vector<std::string> words;
  WordScanner scanner(text, Language::english);
  Word word;
  while (scanner.next(word)) words.emplace_back(text.substr(word.begin, word.end - word.begin));
  return words;
}

// The twin: ICU's rules for words, those with a letter or digit.
std::vector<std::string> segmented_by_icu(const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> words(
      icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
  const icu::UnicodeString wide = icu::UnicodeString::fromUTF8(text);
  words->setText(wide);
  std::vector<std::string> found;
  for (int begin = words->first(), end = words->next(); end != icu::BreakIterator::DONE;
       begin = end, end = words->next()) {
    if (words->getRuleStatus() == UBRK_WORD_NONE) continue;
    std::string word;
    found.push_back(wide.tempSubStringBetween(begin, end).toUTF8String(word));
  }
  return found;
}

TEST(WordScanner, EqualsIcuOnAlphabetsThatItDoesNotTailor) {
  const char32_t letters[] = {U'a',      U'B',      U'\u00e9', U'\u00df', U'\u0416', U'\u043a',
                              U'\u03a9', U'\u03b1', U'\u0627', U'\u0645', U'\u05d0'};
  const char32_t signs[] = {U' ', U'.', U',', U'-', U'!', U'(', U'\n', U'/', U'\u2014', U'+', U'\u00a0', U'"'};
  std::mt19937 random(3);
  for (int i = 0; i < 10'000; ++i) {
    std::string text;
    for (std::size_t n = random() % 20; n > 0; --n) {
      const unsigned kind = random() % 8;
      if (kind < 4) {
        append_utf8(text, letters[random() % std::size(letters)]);
        if (random() % 8 == 0) append_utf8(text, 0x301);
      } else if (kind < 6) {
        text.push_back(static_cast<char>('0' + random() % 10));
      } else {
        append_utf8(text, signs[random() % std::size(signs)]);
      }
    }
    ASSERT_EQ(scanned(text), segmented_by_icu(text)) << text;
  }
}

TEST(WordScanner, TailorsWhereSearchNeedsIt) {
  EXPECT_EQ(scanned("a:b 1;2 __init__ _x_ don't 5'11"),
            (std::vector<std::string>{"a", "b", "1", "2", "init", "x", "don't", "5", "11"}));
  EXPECT_EQ(scanned("KBS는 ABC中文def"), (std::vector<std::string>{"KBS", "는", "ABC", "中文", "def"}));
}

}  // namespace
}  // namespace kindling
