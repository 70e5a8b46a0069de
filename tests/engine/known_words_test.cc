// Quotes, stars and misspelled words of a question, on small indexes.
#include "engine/retrieve/known_words.h"

#include <gtest/gtest.h>

#include "engine/retrieve/question_syntax.h"
#include "engine/retrieve/search.h"
#include "tests/engine/small_index.h"

namespace kindling {
namespace {

using Texts = std::vector<std::string>;

Texts parts(std::string_view question, const std::vector<ByteSpan>& spans) {
  Texts texts;
  for (const ByteSpan span : spans) texts.emplace_back(slice(question, span));
  return texts;
}
Texts phrases(std::string_view question) { return parts(question, read_syntax(question).phrases); }
Texts beginnings(std::string_view question) { return parts(question, read_syntax(question).beginnings); }

TEST(QuestionSyntax, QuotesOfSeveralLanguages) {
  EXPECT_EQ(phrases("who said \"to be or not\" and \"so be it\"?"), (Texts{"to be or not", "so be it"}));
  EXPECT_EQ(phrases("“stop cock” „Haus am See“ «la mer» »zur See« 「東京都」とは"),
            (Texts{"stop cock", "Haus am See", "la mer", "zur See", "東京都"}));
  EXPECT_EQ(phrases("« la mer »"), (Texts{" la mer "}));
}

TEST(QuestionSyntax, InchesLoneAndEmptyQuotesSayNothing) {
  for (const char* question :
       {"a 5\" pipe and a 3\" valve", "\"open", "open\"", "\"\"", "\" \"", "", "plain", "don't"})
    EXPECT_EQ(phrases(question), (Texts{})) << question;
}

TEST(QuestionSyntax, StarsBehindWords) {
  EXPECT_EQ(beginnings("lock* and parse_j*?"), (Texts{"lock", "parse_j"}));
  for (const char* question : {"5 * 3", "*emphasis*", "**bold**", "a*", "2*3", "*args", "char **p", "*"})
    EXPECT_EQ(beginnings(question), (Texts{})) << question;
}

TEST(QuestionSyntax, SpansLieWithinAnyText) {
  std::mt19937 random(3);
  const Texts pieces{"\"", "*", "a", "lock", " ", "“", "”", "«", "»", "「", "」", "é", "„"};
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (auto n = random() % 12; n > 0; --n) text += pieces[random() % pieces.size()];
    const QuestionSyntax syntax = read_syntax(text);
    for (const auto& spans : {syntax.phrases, syntax.beginnings}) {
      for (const ByteSpan span : spans) {
        ASSERT_LT(span.begin, span.end) << text;
        ASSERT_LE(span.end, text.size()) << text;
      }
    }
  }
}

class KnownWords : public testing::Test {
 protected:
  [[nodiscard]] SearchResult find(const std::string& text, SearchMode mode = SearchMode::keyword) const {
    return search(index_.snapshot(), &index_.encoder(), {.text = text, .mode = mode, .filter = {}}, {},
                  never_cancelled())
        .value();
  }
  SmallIndex index_{
      {{"/a", "The keeper lights the lantern of the harbour.", "Lights"},
       {"/b", "Harbour and keeper: the lantern keeper knows each lantern, each keeper, each harbour.", ""},
       {"/c", "The lock keeper is paid for locking; lockers are free.", ""},
       {"/d", "Bread is baked at five.", "Bakery"}}};
};

TEST_F(KnownWords, AQuestionOfUnknownWordsIsSearchedWithTheNearest) {
  const SearchResult result = find("latern keepre");
  ASSERT_FALSE(result.hits.empty());
  ASSERT_EQ(result.did_you_mean.size(), 2u);
  EXPECT_EQ(result.did_you_mean[0].term, "latern");
  EXPECT_EQ(result.did_you_mean[0].suggestion, "lantern");
  EXPECT_EQ(result.did_you_mean[1].suggestion, "keeper");
  EXPECT_NE(result.note.find("searched for \"lantern\" instead"), std::string::npos) << result.note;
  EXPECT_EQ(result.hits.front().place.uri, find("lantern keeper").hits.front().place.uri);
}

TEST_F(KnownWords, AQuestionWithAKnownWordIsLeftAlone) {
  const SearchResult result = find("latern harbour");
  EXPECT_FALSE(result.hits.empty());
  EXPECT_TRUE(result.did_you_mean.empty());
  EXPECT_TRUE(result.note.empty()) << result.note;
}

TEST_F(KnownWords, NothingNearIsNothingFound) {
  const SearchResult result = find("xylophone quizzical");
  EXPECT_TRUE(result.hits.empty());
  EXPECT_TRUE(result.did_you_mean.empty());
}

TEST_F(KnownWords, AStarStandsForAllWordsThatBeginSo) {
  const SearchResult result = find("loc*");
  ASSERT_EQ(result.hits.size(), 1u);
  EXPECT_EQ(result.hits.front().place.uri, "/c");
  EXPECT_TRUE(result.note.empty()) << result.note;
  EXPECT_NE(find("qu*").note.find("no word begins with \"qu\""), std::string::npos);
}

TEST_F(KnownWords, PassagesWithThePhraseComeFirst) {
  EXPECT_EQ(find("harbour lantern keeper").hits.front().place.uri, "/b");
  for (const SearchMode mode : {SearchMode::keyword, SearchMode::hybrid}) {
    const SearchResult result = find("harbour keeper \"lights the lantern\"", mode);
    ASSERT_FALSE(result.hits.empty());
    EXPECT_EQ(result.hits.front().place.uri, "/a");
    EXPECT_EQ(result.hits.front().parts.phrase, 1.f);
    ASSERT_GT(result.hits.size(), 1u);
    EXPECT_EQ(result.hits[1].parts.phrase, 0.f);
  }
  // A phrase of words that questions lose.
  EXPECT_EQ(find("bread \"is paid for\"").hits.front().place.uri, "/c");
}

TEST_F(KnownWords, APhraseFoundNowhereIsSaid) {
  const SearchResult result = find("\"lantern the lights\"");
  EXPECT_FALSE(result.hits.empty());
  EXPECT_NE(result.note.find("no passage holds \"lantern the lights\" word for word"), std::string::npos);
}

}  // namespace
}  // namespace kindling
