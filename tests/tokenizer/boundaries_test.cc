#include "tokenizer/boundaries.h"

#include <gtest/gtest.h>

#include <string>

#include "base/env.h"
#include "base/utf8.h"
#include "tests/tokenizer/strange_texts.h"

namespace kindling {
namespace {

using Sentences = std::vector<std::string>;

// The sentences without the white space at their ends.
Sentences sentences_of(std::string_view text) {
  Sentences sentences;
  for (const ByteSpan span : sentence_spans(text)) {
    const std::string_view sentence = slice(text, span);
    sentences.emplace_back(sentence.substr(0, sentence.find_last_not_of(" \t\r\n") + 1));
  }
  return sentences;
}

void expect_cover(std::string_view text) {
  std::uint32_t at = 0;
  for (const ByteSpan span : sentence_spans(text)) {
    ASSERT_EQ(span.begin, at);
    ASSERT_LT(span.begin, span.end);
    at = span.end;
  }
  ASSERT_EQ(at, text.size());
}

TEST(Sentences, EndAtPeriodsQuestionsAndExclamations) {
  EXPECT_EQ(sentences_of("It rains. Does it? It does! We stay in"),
            (Sentences{"It rains.", "Does it?", "It does!", "We stay in"}));
  EXPECT_EQ(sentences_of("No end here"), (Sentences{"No end here"}));
  EXPECT_TRUE(sentence_spans("").empty());
}

TEST(Sentences, KeepAbbreviationsInitialsAndNumbers) {
  for (const std::string_view whole : {
           "Dr. Smith met J. R. R. Tolkien on Jan. 5 at 3.14 p.m. and left.",
           "Use e.g. Fig. 3, see No. 7 and pp. 12 of vol. 2, i.e. the second.",
           "Apple Inc. Chairman Cook and the U.S. Senate agreed.",
           "Das gilt z.B. Häusern, z. B. am 3. Oktober, d. h. immer.",
           "He said \"Stop!\" and left.",
           "Visit www.example.com or run a.b(c) with x!=y.",
           "3. The Index",
           "IV. Results of 1999",
       }) {
    EXPECT_EQ(sentences_of(whole), Sentences{std::string(whole)});
  }
}

TEST(Sentences, AbbreviationsMayAlsoEndASentence) {
  EXPECT_EQ(sentences_of("We sell pens, paper, etc. The shop is open."),
            (Sentences{"We sell pens, paper, etc.", "The shop is open."}));
  EXPECT_EQ(sentences_of("Vitamin C. It helps."), (Sentences{"Vitamin C.", "It helps."}));
  EXPECT_EQ(sentences_of("It was in 1999. Then it was over."),
            (Sentences{"It was in 1999.", "Then it was over."}));
}

TEST(Sentences, TakeClosingQuotesBracketsAndReferencesAlong) {
  EXPECT_EQ(sentences_of("\u201cGo.\u201d She went. (It ended.) Right.[12] So"),
            (Sentences{"\u201cGo.\u201d", "She went.", "(It ended.)", "Right.[12]", "So"}));
  EXPECT_EQ(sentences_of("Er rief \u201eNein!\u201c Dann ging er."),
            (Sentences{"Er rief \u201eNein!\u201c", "Dann ging er."}));
}

TEST(Sentences, BreakAtBlankLinesAndListItemsButNotAtWrappedLines) {
  EXPECT_EQ(sentences_of("A title\n\nwrapped text\ngoes on\r\n \t\r\nnext"),
            (Sentences{"A title", "wrapped text\ngoes on", "next"}));
  EXPECT_EQ(sentences_of("Buy:\n- milk\n- bread\n2. flour"),
            (Sentences{"Buy:", "- milk", "- bread", "2. flour"}));
}

TEST(Sentences, KnowOtherScripts) {
  EXPECT_EQ(sentences_of("\u4e2d\u6587\u3002\u7b2c\u4e8c\uff01\u201c\u4e09\uff1f\u201d"),
            (Sentences{"\u4e2d\u6587\u3002", "\u7b2c\u4e8c\uff01", "\u201c\u4e09\uff1f\u201d"}));
  EXPECT_EQ(sentences_of("हाँ। नहीं।"), (Sentences{"हाँ।", "नहीं।"}));
  EXPECT_EQ(sentences_of("هل هذا؟ نعم."), (Sentences{"هل هذا؟", "نعم."}));
  EXPECT_EQ(sentences_of("Τι είναι; Αυτό είναι."), (Sentences{"Τι είναι;", "Αυτό είναι."}));
  EXPECT_EQ(sentences_of("int a; Int b;"), (Sentences{"int a; Int b;"}));
}

TEST(Sentences, LongThaiTextIsCutAtSpaces) {
  const std::string phrase = repeated("\u0e01", 50) + " ";
  const auto spans = sentence_spans(repeated(phrase, 8));
  EXPECT_GT(spans.size(), 2u);
  EXPECT_LT(spans.size(), 8u);
}

TEST(Sentences, WhiteSpaceBelongsToTheSentenceBefore) {
  const std::string_view text = "One.  \n Two.";
  const auto spans = sentence_spans(text);
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(slice(text, spans[1]), "Two.");
}

TEST(Sentences, CoverEveryTextWithoutAGap) {
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; ++i) expect_cover(random_text(random, 40));
}

TEST(Sentences, NeverCutACharacter) {
  std::mt19937 random(12);
  for (int i = 0; i < 5'000; ++i) {
    const std::string text = valid_utf8(random_text(random, 40));
    for (const ByteSpan span : sentence_spans(text)) ASSERT_TRUE(is_valid_utf8(slice(text, span)));
  }
}

TEST(Sentences, ReadHostileTextsInLinearTime) {
  for (const std::string& text : hostile_texts()) {
    const Stopwatch watch;
    expect_cover(text);
    EXPECT_LT(watch.seconds(), linear_seconds_max) << static_cast<int>(text[0]) << " " << text.size();
  }
}

}  // namespace
}  // namespace kindling
