#include "tokenizer/plain_words.h"

#include <gtest/gtest.h>

#include <random>

namespace kindling {
namespace {

std::string joined(std::string_view text) {
  std::string all;
  for (const PlainWord& word : plain_words(text)) all += word.text;
  return all;
}

std::vector<std::string> texts(std::string_view text) {
  std::vector<std::string> all;
  for (const PlainWord& word : plain_words(text)) all.push_back(word.text);
  return all;
}

TEST(PlainWords, AreTheSameHoweverTheyWereTypeset) {
  const std::string plain = joined("The \"first\" well-known office's efficient flow - 3.5 kg of it.");
  for (const std::string_view other : {
           "The  \u201cfirst\u201d\twell\u2011known office\u2019s efficient flow \u2014 3.5\u00a0kg of it",
           "THE FIRST WELL-KNOWN OFFICE'S EFFICIENT FLOW -- 3.5 KG OF IT",
           "The \u00abfirst\u00bb well-known o\ufb03ce's e\ufb03cient \ufb02ow \u2013 3.5 kg of it!",
           "The 'first' well-\nknown office's effi-\n  cient flow, 3.5 kg of it",
           "The first well\u00ad-known of\u00adfice's efficient flow \u2014 \uff13.\uff15 \u338f of it",
       }) {
    EXPECT_EQ(joined(other), plain) << other;
  }
}

TEST(PlainWords, AreTheSameInEveryNormalForm) {
  EXPECT_EQ(joined("Ärger über 50 Gäste"), joined("A\u0308rger u\u0308ber 50 Ga\u0308ste"));
  EXPECT_EQ(joined("ทำงาน"), joined("ท\u0e4d\u0e32งาน"));
  EXPECT_EQ(joined("İstanbul'da ılık"), joined("istanbul'da ILIK"));
  EXPECT_EQ(joined("كَتَبَ"), joined("كتب"));
}

TEST(PlainWords, KeepNumbersSignsAndTheirScripts) {
  EXPECT_EQ(texts("$1,234.50 is 12 % of -3"),
            (std::vector<std::string>{"$", "1234.50", "is", "12", "%", "of", "-", "3"}));
  EXPECT_EQ(texts("١٢٫٥ and 5mg"), (std::vector<std::string>{"12.5", "and", "5", "mg"}));
  EXPECT_EQ(texts("1990-1995, p < 0.05"), (std::vector<std::string>{"1990", "1995", "p", "<", "0.05"}));
  EXPECT_EQ(texts("6½"), (std::vector<std::string>{"6", "1", "2"}));
  EXPECT_EQ(texts("不是 3万"), (std::vector<std::string>{"不", "是", "3", "万"}));
}

TEST(PlainWords, TellWhatStandsBeforeThem) {
  const auto words = plain_words("Well-known, so. Not \"able\" it-\nself");
  ASSERT_EQ(words.size(), 7u);
  const Gap expected[] = {Gap::stop, Gap::joint, Gap::clause, Gap::stop, Gap::space, Gap::space, Gap::joint};
  for (std::size_t i = 0; i < words.size(); ++i) EXPECT_EQ(words[i].before, expected[i]) << words[i].text;
  EXPECT_TRUE(words[0].capital);
  EXPECT_FALSE(words[1].capital);
}

TEST(PlainWords, LieInOrderInsideAnyText) {
  std::mt19937 random(3);
  const std::vector<std::string> pieces{"a",  "B",      "\xff", "\u0301",   "9",  ",",  ".",      "-",
                                        "\n", " ",      "é",    "\u00ad",   "不", "ไม่", "\u0e33", "%",
                                        "½",  "\u200b", "'",    "\xe2\x80", "\"", "ß",  "İ",      "٣",
                                        "㎏", "--",     "\t",   "Σ",        "ﬁ",  "\0"};
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (std::size_t i = random() % 40; i > 0; --i) text += pieces[random() % pieces.size()];
    if (round % 50 == 0) text += std::string(500, 'x') + std::string(300, '7');
    std::uint32_t at = 0;
    for (const PlainWord& word : plain_words(text)) {
      ASSERT_FALSE(word.text.empty());
      ASSERT_GE(word.span.begin, word.text == "2" || word.text == "1" ? 0 : at);
      ASSERT_LE(word.span.end, text.size());
      ASSERT_LT(word.span.begin, word.span.end);
      at = word.span.begin;
    }
  }
}

}  // namespace
}  // namespace kindling
