#include "tokenizer/text_shape.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "tests/tokenizer/strange_texts.h"
#include "tokenizer/word_seams.h"

namespace kindling {
namespace {

bool is_rare(char c) { return std::string_view("jkqvwxz").find(c) != std::string_view::npos; }

// The length of the run of characters at `at` for which `in` holds.
template <typename In>
std::size_t run_at(std::string_view text, std::size_t at, In in) {
  std::size_t end = at;
  while (end < text.size() && in(static_cast<unsigned char>(text[end]))) ++end;
  return end - at;
}

// What the header says, word by word: one kind of run after the other.
TextShape naive_ascii_shape(std::string_view text) {
  TextShape shape;
  shape.bytes = text.size();
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    std::size_t length = 1;
    if (std::isalpha(c) != 0) {  // capitals, then small letters
      length = run_at(text, at, [](unsigned char x) { return std::isupper(x) != 0; });
      const std::size_t capitals = length;
      length += run_at(text, at + length, [](unsigned char x) { return std::islower(x) != 0; });
      ++shape[Trait::word];
      shape[Trait::upper] += capitals;
      shape[Trait::shout] += capitals > 0 ? capitals - 1 : 0;
      shape[Trait::letter] += length - capitals;
      shape[Trait::rare] += std::count_if(text.begin() + at, text.begin() + at + length, is_rare);
      shape[Trait::beyond_5] += length > 5 ? length - 5 : 0;
      shape[Trait::beyond_9] += length > 9 ? length - 9 : 0;
    } else if (std::isdigit(c) != 0) {
      length = run_at(text, at, [](unsigned char x) { return std::isdigit(x) != 0; });
      shape[Trait::digit] += length;
      ++shape[Trait::digit_run];
      shape[Trait::digit_trio] += (length + 2) / 3;
    } else if (c == ' ' || c == '\t') {
      length = run_at(text, at, [](unsigned char x) { return x == ' ' || x == '\t'; });
      shape[Trait::blank_run] += length > 1 ? 1 : 0;
      shape[Trait::blank] += length - 1;
    } else if (c == '\n' || c == '\r') {
      length = run_at(text, at, [](unsigned char x) { return x == '\n' || x == '\r'; });
      ++shape[Trait::line_run];
      shape[Trait::line] += length;
    } else {
      length = run_at(text, at, [](unsigned char x) {
        return std::isalnum(x) == 0 && x != ' ' && x != '\t' && x != '\n' && x != '\r' && x < 0x80;
      });
      ++shape[Trait::sign_run];
      shape[Trait::sign] += length;
      shape[Trait::sign_tail] += length > 2 ? length - 2 : 0;
    }
    at += length;
  }
  for (std::size_t at = 0; at < text.size(); ++at) {  // every run of letters by itself, in small letters
    const std::size_t length = run_at(text, at, [](unsigned char x) { return std::isalpha(x) != 0; });
    std::string word(text.substr(at, length));
    for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    shape[Trait::seam] += word_seams(word);
    at += length;
  }
  return shape;
}

TEST(TextShape, EqualsItsNaiveTwinOnAscii) {
  std::mt19937 random(11);
  constexpr std::string_view alphabet = "abcdejkqzABCZ0123456789  \t\n\r.,;(){}_-";
  for (int i = 0; i < 5'000; ++i) {
    std::string text;
    for (std::size_t n = random() % 80; n > 0; --n) {
      const char c = alphabet[random() % alphabet.size()];
      text.append(1 + (random() % 4 == 0 ? random() % 14 : 0), c);
    }
    ASSERT_EQ(shape_of(text), naive_ascii_shape(text)) << text;
  }
}

TEST(TextShape, CountsCharactersAndRunsOfOtherScripts) {
  const TextShape shape = shape_of("Привет, мир! Olé 中文。한글 שלום ไทย");
  EXPECT_EQ(shape[Trait::east], 9u);
  EXPECT_EQ(shape[Trait::east_run], 2u);
  EXPECT_EQ(shape[Trait::latin], 1u);
  EXPECT_EQ(shape[Trait::han], 2u);
  EXPECT_EQ(shape[Trait::wide_sign], 1u);
  EXPECT_EQ(shape[Trait::hangul], 2u);
  EXPECT_EQ(shape[Trait::semitic], 4u);
  EXPECT_EQ(shape[Trait::semitic_run], 1u);
  EXPECT_EQ(shape[Trait::brahmic], 3u);
}

TEST(TextShape, AddsUpWhereTextsAreCutBetweenLines) {
  std::mt19937 random(12);
  for (int i = 0; i < 500; ++i) {
    const std::string a = random_text(random, 30) + "x\n", b = "y" + random_text(random, 30);
    TextShape sum = shape_of(a);
    sum += shape_of(b);
    ASSERT_EQ(sum, shape_of(a + b));
  }
}

TEST(WordSeams, AreFewInCommonWordsAndManyInStrangeOnes) {
  std::uint64_t common = 0, strange = 0;
  for (const std::string_view word : {"the", "water", "station", "number"}) common += word_seams(word);
  for (const std::string_view word : {"xqzvkj", "bdfpqg", "hzxwkc"}) strange += word_seams(word);
  EXPECT_LT(2 * common, strange) << "though these have fewer letters";
}

TEST(WordSeams, AreNoneWhereNoTwoLettersStandTogether) {
  for (const std::string_view text : {"", "a", "a b c", "1,234.5", "x = y", "\xc3\xa9t\xc3\xa9", "中文"}) {
    EXPECT_EQ(word_seams(text), 0u) << text;
  }
}

TEST(TextShape, SurvivesBrokenBytes) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  EXPECT_EQ(shape_of(all).bytes, 256u);
  EXPECT_EQ(shape_of({}), TextShape{});
}

}  // namespace
}  // namespace kindling
