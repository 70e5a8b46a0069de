#include "tokenizer/language.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tests/tokenizer/strange_texts.h"

namespace kindling {
namespace {

TEST(Language, CodesComeBack) {
  for (int i = 0; i < language_count; ++i) {
    const auto language = static_cast<Language>(i);
    EXPECT_EQ(language_from_code(to_string(language)), language);
  }
  EXPECT_EQ(language_from_code("xx"), Language::unknown);
  EXPECT_EQ(to_string(Language::unknown), "und");
}

TEST(Language, TellsQuestionsOfOneSentenceApart) {
  const std::pair<Language, std::string_view> questions[] = {
      {Language::english, "Who was the first president of the republic?"},
      {Language::german, "Wer war der erste Präsident der Republik?"},
      {Language::spanish, "¿Quién fue el primer presidente de la república?"},
      {Language::french, "Qui était le premier président de la république ?"},
      {Language::italian, "Chi è stato il primo presidente della repubblica?"},
      {Language::portuguese, "Quem foi o primeiro presidente da república?"},
      {Language::dutch, "Wie was de eerste president van de republiek?"},
      {Language::romanian, "Cine a fost primul președinte al republicii?"},
      {Language::turkish, "Cumhuriyetin ilk cumhurbaşkanı kimdir?"},
      {Language::vietnamese, "Ai là tổng thống đầu tiên của nước cộng hòa?"},
      {Language::russian, "Кто был первым президентом республики?"},
      {Language::greek, "Ποιος ήταν ο πρώτος πρόεδρος της δημοκρατίας;"},
      {Language::arabic, "من كان أول رئيس للجمهورية؟"},
      {Language::hindi, "गणराज्य का पहला राष्ट्रपति कौन था?"},
      {Language::thai, "ประธานาธิบดีคนแรกของสาธารณรัฐคือใคร"},
      {Language::chinese, "共和国的第一任总统是谁？"},
      {Language::japanese, "共和国の初代大統領は誰ですか？"},
      {Language::korean, "공화국의 초대 대통령은 누구입니까?"},
      {Language::tamil, "குடியரசின் முதல் தலைவர் யார்?"},
  };
  for (const auto& [language, question] : questions) EXPECT_EQ(detect_language(question), language) << question;
}

TEST(Language, ForeignNamesDoNotMislead) {
  EXPECT_EQ(detect_language("Что делала компания Tesla Electric Light & Manufacturing?"), Language::russian);
  EXPECT_EQ(detect_language("ใครเขียนเอกสารที่กราฟ \"Millennial Northern Hemisphere\" นำมาใช้?"), Language::thai);
}

TEST(Language, WithoutEvidenceTheFirstCandidateHolds) {
  const std::array candidates{Language::german, Language::english};
  EXPECT_EQ(detect_language("qzx 123", candidates), Language::german);
  EXPECT_EQ(detect_language("", candidates), Language::german);
  EXPECT_EQ(detect_language("qzx 123"), Language::unknown);
  EXPECT_EQ(detect_language(""), Language::unknown);
}

TEST(Language, AnswersOnlyWithCandidates) {
  const std::array candidates{Language::german, Language::english};
  EXPECT_EQ(detect_language("Кто был первым президентом?", candidates), Language::german);
  EXPECT_EQ(detect_language("Wo ist das Haus?", candidates), Language::german);
  EXPECT_EQ(detect_language("Where is the house?", candidates), Language::english);
}

TEST(Language, AcceptsAnyBytes) {
  std::mt19937 random(5);
  for (int i = 0; i < 5'000; ++i) (void)detect_language(random_text(random, 60));
  for (const std::string& text : hostile_texts()) (void)detect_language(text);
}

}  // namespace
}  // namespace kindling
