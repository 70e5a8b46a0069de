#include "tokenizer/analyzer.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/env.h"
#include "base/utf8.h"
#include "tests/tokenizer/strange_texts.h"

namespace kindling {
namespace {

using Texts = std::vector<std::string>;

Texts texts(const std::vector<Term>& terms) {
  Texts found;
  for (const Term& term : terms) found.push_back(term.text);
  return found;
}

Texts wholes(std::string_view text, Language language) {
  Texts found;
  for (const Term& term : analyze(text, language)) {
    if (!term.part) found.push_back(term.text);
  }
  return found;
}

TEST(Analyzer, FoldsAndStems) {
  EXPECT_EQ(wholes("The Running dogs' ECONOMY", Language::english), (Texts{"the", "run", "dog", "economi"}));
  EXPECT_EQ(wholes("Die Häuser STRASSE Straße", Language::german), (Texts{"die", "haus", "strass", "strass"}));
  EXPECT_EQ(wholes("Running", Language::unknown), Texts{"running"});
  EXPECT_EQ(wholes("\uff26\uff55\uff4c\uff4c \ufb01ne caf\u00e9 cafe\u0301", Language::unknown),
            (Texts{"full", "fine", "caf\u00e9", "caf\u00e9"}));
}

TEST(Analyzer, FindsInflectedFormsByOneTerm) {
  const std::tuple<Language, std::string_view, std::string_view> pairs[] = {
      {Language::english, "connection", "connected"},
      {Language::german, "Häusern", "Hauses"},
      {Language::spanish, "canciones", "canción"},
      {Language::french, "l'éloignement", "L\u2019éloignement"},
      {Language::russian, "книгами", "книга"},
      {Language::greek, "ΟΔΥΣΣΕΑΣ", "Οδυσσέας"},
      {Language::turkish, "IŞIK", "ışık"},
      {Language::turkish, "İstanbul'da", "istanbul'da"},
      {Language::romanian, "țară", "ţară"},
      {Language::arabic, "الكتاب", "كتاب"},
      {Language::english, "U.S.", "US"},
      {Language::english, "1,000,000", "1000000"},
      {Language::english, "Smith\u2019s", "Smith"},
      {Language::english, "camelCase", "camelcase"},
  };
  for (const auto& [language, one, other] : pairs)
    EXPECT_EQ(wholes(one, language), wholes(other, language)) << one;
}

TEST(Analyzer, IdentifiersGiveWholeAndParts) {
  EXPECT_EQ(texts(analyze("snake_case", Language::english)), (Texts{"snake_case", "snake", "case"}));
  EXPECT_EQ(texts(analyze("getHTTPServer2", Language::english)),
            (Texts{"gethttpserver2", "get", "http", "server2"}));
  EXPECT_EQ(texts(analyze("os.path.join", Language::english)), (Texts{"os.path.join", "os", "path", "join"}));
  const auto terms = analyze("a snake_case word", Language::english);
  EXPECT_EQ(terms[1].position, terms[2].position);
  EXPECT_TRUE(terms[2].part);
  EXPECT_FALSE(terms[1].part);
  EXPECT_EQ(terms.back().position, 3u);  // behind the parts
}

TEST(Analyzer, NumbersStaySensible) {
  EXPECT_EQ(wholes("3.14 1,000 2019-04 1,5 1,2,3 192.168.0.1", Language::english),
            (Texts{"3.14", "1000", "2019", "04", "1,5", "1", "2", "3", "192.168.0.1"}));
}

TEST(Analyzer, NamesOfLanguagesKeepTheirSigns) {
  EXPECT_EQ(wholes("C++ and C# but not C, 7# nor issue#5", Language::english),
            (Texts{"c++", "and", "c#", "but", "not", "c", "7", "nor", "issu", "5"}));
}

TEST(Analyzer, PairsForScriptsWithoutSpaces) {
  EXPECT_EQ(wholes("中国人2019年", Language::chinese), (Texts{"中国", "国人", "2019", "年"}));
  EXPECT_EQ(wholes("東京タワー", Language::japanese), (Texts{"東京", "京タ", "タワ", "ワー"}));
  EXPECT_EQ(wholes("ｶﾞﾗｽ", Language::japanese), (Texts{"ガラ", "ラス"}));
  EXPECT_EQ(wholes("서울에서", Language::korean), (Texts{"서울", "울에", "에서"}));
  EXPECT_EQ(wholes("ไทย", Language::thai), (Texts{"ไท", "ทย"}));
  EXPECT_EQ(wholes("\U00020000\U00020001", Language::chinese), Texts{"\U00020000\U00020001"});
}

TEST(Analyzer, AllSpansLieInTheTextAndTermsAreValid) {
  std::mt19937 random(21);
  for (int i = 0; i < 10'000; ++i) {
    const std::string text = random_text(random, 40);
    const auto language = static_cast<Language>(random() % language_count);
    std::uint32_t position = 0, begin = 0;
    for (const Term& term : analyze(text, language)) {
      ASSERT_LT(term.span.begin, term.span.end);
      ASSERT_LE(term.span.end, text.size());
      ASSERT_TRUE(is_valid_utf8(term.text));
      ASSERT_FALSE(term.text.empty());
      ASSERT_LE(term.text.size(), term_bytes_max);
      if (!term.part) {
        ASSERT_GE(term.position, position);
        ASSERT_GE(term.span.begin, begin);
        position = term.position;
        begin = term.span.begin;
      }
    }
  }
}

TEST(Analyzer, AQuestionsTermsAreTermsOfItsText) {
  std::mt19937 random(22);
  for (int i = 0; i < 10'000; ++i) {
    const std::string text = random_text(random, 30);
    const auto language = static_cast<Language>(random() % language_count);
    const auto document = texts(analyze(text, language));
    const std::set<std::string> known(document.begin(), document.end());
    std::set<std::string> seen;
    for (const Term& term : analyze_question(text, language)) {
      ASSERT_TRUE(known.contains(term.text)) << term.text;
      ASSERT_TRUE(seen.insert(term.text).second) << term.text;
    }
    ASSERT_EQ(seen.empty(), document.empty());
  }
}

TEST(Analyzer, QuestionsLoseFunctionWordsButNotNames) {
  EXPECT_EQ(texts(analyze_question("How many tackles did Luke Kuechly register?", Language::english)),
            (Texts{"tackl", "luke", "kuech", "regist"}));
  EXPECT_EQ(texts(analyze_question("What is the US policy of the WHO?", Language::english)),
            (Texts{"us", "polici", "who"}));
  EXPECT_EQ(texts(analyze_question("Welche Häuser gibt es in Berlin?", Language::german)),
            (Texts{"haus", "gibt", "berlin"}));
  EXPECT_EQ(texts(analyze_question("to be or not to be", Language::english)), (Texts{"to", "be", "or", "not"}));
  EXPECT_TRUE(analyze_question("", Language::english).empty());
}

TEST(Analyzer, QuestionWordsOfLanguagesWrittenInPairsAreFoundInTheText) {
  // "Where is the Great Wall?": neither the word that asks nor the pairs that reach into it.
  EXPECT_EQ(texts(analyze_question("长城在哪里", Language::chinese)), (Texts{"长城", "城在"}));
  EXPECT_EQ(texts(analyze_question("什么是长城吗", Language::chinese)), (Texts{"是长", "长城"}));
  EXPECT_EQ(texts(analyze_question("どのような石橋ですか", Language::japanese)), Texts{"石橋"});
  EXPECT_EQ(texts(analyze_question("กำแพงที่ไหน", Language::thai)), texts(analyze("กำแพง", Language::thai)));
  // The letters of กี่ (how many) within another syllable ask nothing.
  const auto about = texts(analyze_question("เกี่ยวข้อง", Language::thai));
  EXPECT_EQ(about, texts(analyze("เกี่ยวข้อง", Language::thai)));
}

TEST(Analyzer, QuestionWordsOfKoreanGoWithWhatIsBoundToThem) {
  EXPECT_EQ(texts(analyze_question("수도는 어디입니까?", Language::korean)), (Texts{"수도", "도는"}));
  EXPECT_EQ(texts(analyze_question("이 다리를 누가 설계했습니까", Language::korean)),
            (Texts{"다리", "리를", "설계", "계했"}));
  EXPECT_EQ(texts(analyze_question("왜 왜곡", Language::korean)), Texts{"왜곡"});
  EXPECT_EQ(texts(analyze_question("무엇입니까", Language::korean)),
            texts(analyze("무엇입니까", Language::korean)));
}

TEST(Analyzer, TamilQuestionsLoseTheirFunctionWords) {
  EXPECT_EQ(texts(analyze_question("இந்த நகரம் எங்கே உள்ளது", Language::tamil)),
            texts(analyze("நகரம்", Language::tamil)));
  EXPECT_TRUE(is_question_word("எப்போது", Language::tamil));
  EXPECT_TRUE(is_stop_word("மற்றும்", Language::tamil));
}

TEST(Analyzer, EveryLanguageLosesTheWordThatAsks) {
  const std::vector<std::pair<Language, std::string>> where{
      {Language::arabic, "أين"},      {Language::basque, "non"},        {Language::catalan, "on"},
      {Language::chinese, "哪里"},    {Language::danish, "hvor"},       {Language::dutch, "waar"},
      {Language::english, "where"},   {Language::finnish, "missä"},     {Language::french, "où"},
      {Language::german, "wo"},       {Language::greek, "πού"},         {Language::hindi, "कहाँ"},
      {Language::hungarian, "hol"},   {Language::indonesian, "dimana"}, {Language::irish, "cá"},
      {Language::italian, "dove"},    {Language::japanese, "どこ"},     {Language::korean, "어디"},
      {Language::lithuanian, "kur"},  {Language::nepali, "कहाँ"},        {Language::norwegian, "hvor"},
      {Language::portuguese, "onde"}, {Language::romanian, "unde"},     {Language::russian, "где"},
      {Language::spanish, "dónde"},   {Language::swedish, "var"},       {Language::tamil, "எங்கே"},
      {Language::thai, "ที่ไหน"},       {Language::turkish, "nerede"},    {Language::vietnamese, "đâu"}};
  EXPECT_EQ(where.size() + 1, language_count) << "of all languages but `unknown`";
  for (const auto& [language, word] : where)
    EXPECT_EQ(texts(analyze_question("xyzzy " + word, language)), texts(analyze("xyzzy", language))) << word;
}

TEST(Analyzer, StopAndQuestionWordsAreKnownPerLanguage) {
  for (const std::string_view word : {"what", "which", "who", "when", "where", "how", "many", "why"}) {
    EXPECT_TRUE(is_question_word(word, Language::english)) << word;
    EXPECT_FALSE(is_question_word(word, Language::german)) << word;
  }
  EXPECT_TRUE(is_stop_word("the", Language::english));
  EXPECT_FALSE(is_stop_word("house", Language::english));
  EXPECT_TRUE(is_question_word("wieviel", Language::german));
  EXPECT_TRUE(is_question_word("что", Language::russian));
  EXPECT_FALSE(is_stop_word("the", Language::unknown));
}

TEST(Analyzer, ReadsHostileTextsInLinearTime) {
  for (const std::string& text : hostile_texts()) {
    const Stopwatch watch;
    for (const Term& term : analyze(text, Language::english)) ASSERT_LE(term.text.size(), term_bytes_max);
    EXPECT_LT(watch.seconds(), linear_seconds_max) << static_cast<int>(text[0]);
  }
}

TEST(Analyzer, ALongWordIsCutBetweenCharacters) {
  const auto terms = analyze(repeated("\u00e9", 1000), Language::unknown);
  ASSERT_EQ(terms.size(), 1u);
  EXPECT_EQ(terms[0].text, repeated("\u00e9", term_bytes_max / 2));
  EXPECT_EQ(terms[0].span.size(), 2000u);
}

}  // namespace
}  // namespace kindling
