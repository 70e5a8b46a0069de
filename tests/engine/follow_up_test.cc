// Which questions lean on the one before, and what they are looked for as.

#include "engine/retrieve/follow_up.h"

#include <gtest/gtest.h>

namespace kindling {
namespace {

TEST(FollowUp, ASelfContainedQuestionStaysAsItIs) {
  const std::string_view before = "When was the Eastern canal opened?";
  for (const std::string_view question :
       {"Who built the harbour of Rotterdam?", "Which bakery sells rye bread?",
        "What causes rain in the mountains?"}) {
    EXPECT_FALSE(leans_on_before(question, Language::english)) << question;
    EXPECT_EQ(standalone_question(question, before, "In 1870.", Language::english), question);
  }
}

TEST(FollowUp, WordsThatPointBackCarryWhatTheyPointTo) {
  EXPECT_EQ(standalone_question("How deep is it?", "When was the Eastern canal opened?", "", Language::english),
            "How deep is it? Eastern canal opened");
  EXPECT_EQ(standalone_question("And the Western canal?", "When was the Eastern canal opened?", "",
                                Language::english),
            "And the Western canal? Eastern opened");
  EXPECT_EQ(standalone_question("Why?", "When was the Eastern canal opened?", "", Language::english),
            "Why? Eastern canal opened");
}

TEST(FollowUp, TheThreadGoesOnOverSeveralTurns) {
  const std::string second =
      standalone_question("How deep is it?", "When was the Eastern canal opened?", "", Language::english);
  const std::string third =
      standalone_question("Who dug it?", second, "It is 3 m deep, as Maria Holm measured.", Language::english);
  EXPECT_NE(third.find("canal"), std::string::npos);
  EXPECT_NE(third.find("Eastern"), std::string::npos);
  EXPECT_NE(third.find("Holm"), std::string::npos);
  EXPECT_EQ(third.find("measured"), std::string::npos);
}

TEST(FollowUp, OtherLanguages) {
  EXPECT_TRUE(leans_on_before("Wie tief ist er denn eigentlich gebaut worden?", Language::german));
  EXPECT_FALSE(leans_on_before("Wer baute den Hafen von Hamburg?", Language::german));
  EXPECT_TRUE(leans_on_before("Quelle est sa profondeur maximale?", Language::french));
  EXPECT_TRUE(leans_on_before("它有多深?", Language::chinese));
  EXPECT_FALSE(leans_on_before("长城有多长?", Language::chinese));
  EXPECT_NE(standalone_question("它有多深?", "东运河是什么时候开通的?", "", Language::chinese).find("运河"),
            std::string::npos);
}

TEST(FollowUp, ArticlesConjunctionsAndFillersPointNowhere) {
  EXPECT_FALSE(leans_on_before("How many cows are there on the moon?", Language::english));
  EXPECT_FALSE(leans_on_before("Who built the tower that leans at Pisa?", Language::english));
  EXPECT_FALSE(leans_on_before("Was kostet das Brot in der Harrower Bäckerei?", Language::german));
  EXPECT_FALSE(leans_on_before("Quand a-t-on ouvert le canal de Suez, en Egypte?", Language::french));
  EXPECT_FALSE(leans_on_before("Cuándo se abrió el canal de Suez?", Language::spanish));
  EXPECT_TRUE(leans_on_before("How deep is that?", Language::english));  // too short to stand alone
}

TEST(FollowUp, FirstQuestionsAndOddBytes) {
  EXPECT_EQ(standalone_question("  How deep is it?\n", "", "", Language::english), "How deep is it?");
  EXPECT_NO_FATAL_FAILURE(
      static_cast<void>(standalone_question("it \xff\xfe?", "\xc3 canal", "\x80", Language::unknown)));
}

}  // namespace
}  // namespace kindling
