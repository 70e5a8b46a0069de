// Which sentences an answer without a model is made of.

#include "engine/answer/extract.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/answer/question_cue.h"
#include "engine/answer/sentence_shape.h"

namespace kindling {
namespace {

std::vector<AnswerCandidate> equally_valued(const std::vector<std::string_view>& sentences) {
  std::vector<AnswerCandidate> candidates;
  for (const std::string_view sentence : sentences) candidates.push_back({sentence, 1, 0, false});
  return candidates;
}

TEST(ChooseAnswer, TakesTheStrongestFirstAndLeavesTheWeakOut) {
  const std::vector<AnswerCandidate> candidates{{"The first one is this.", 1.f, 0, false},
                                                {"A weak one stands here.", .1f, 0, false},
                                                {"Another third one follows.", .9f, 0, false},
                                                {"Here comes the fourth one.", .95f, 0, false},
                                                {"It is too late for a fifth.", .8f, 0, false}};
  EXPECT_EQ(choose_answer("anything", candidates), (std::vector<std::size_t>{0, 3, 2}));
  EXPECT_EQ(choose_answer("anything", std::span(candidates).first(2)), (std::vector<std::size_t>{0}));
  EXPECT_TRUE(choose_answer("anything", {}).empty());
}

TEST(ChooseAnswer, PrefersWhatTheQuestionAsksFor) {
  const auto candidates = equally_valued({"The old canal is deep and narrow.", "It was dug in the year 1791.",
                                          "It was dug by hand and spade.", "Nobody knows it any more today."});
  EXPECT_EQ(choose_answer("When was it dug?", candidates).front(), 1u);
}

TEST(ChooseAnswer, PrefersWhatSpeaksOfMoreOfTheQuestion) {
  auto candidates = equally_valued({"The bread is brown and heavy.", "The bread rests for a night."});
  candidates[1].coverage = .5f;
  EXPECT_EQ(choose_answer("bread", candidates).front(), 1u);
}

TEST(ChooseAnswer, SaysNothingTwice) {
  const auto candidates = equally_valued({"The default is on.", "The default is on!", "The default is off."});
  EXPECT_EQ(choose_answer("default", candidates), (std::vector<std::size_t>{0, 2}));
}

TEST(ChooseAnswer, MarkupNeverWinsOverASentence) {
  for (const std::string_view line :
       {"h1. Configuration of the server", ".. code-block:: bash", ".. raw:: latex", "|---|:---|",
        "=====", "work_mem (integer)", "$ server --port 80", "<div class=\"port\">", ":author: server port",
        "|", "Is the port open?", "\\begin{server}", "```", "port = 80;"}) {
    const auto candidates = equally_valued({line, "The server listens on port 5432 unless told otherwise."});
    EXPECT_EQ(choose_answer("What is the port of the server work_mem?", candidates).front(), 1u) << line;
  }
}

TEST(ChooseAnswer, AHostileCandidateIsOnlyText) {
  const std::string invalid("\xff\xfe\x80 12 \xe2\x80", 9);
  const std::string long_line(1u << 16, '|');
  const std::vector<AnswerCandidate> candidates{{"", 1, 0, false},
                                                {invalid, 1, 1, true},
                                                {long_line, 1, 0, false},
                                                {std::string_view("\0\0", 2), 1, 0, false}};
  EXPECT_LE(choose_answer("How many?", candidates).size(), answer_sentences_max);
}

TEST(SentenceShape, RowsAreSentencesAndRulesAreMarkup) {
  EXPECT_TRUE(is_table_row("| Year | Sales |"));
  EXPECT_FALSE(is_table_row("|---|---|"));
  EXPECT_TRUE(is_markup("|---|---|"));
  EXPECT_FALSE(is_markup("| 2019 | 5 |"));
  EXPECT_EQ(answer_worth("| 2019 | 5 |", 0), 1);
}

TEST(SentenceShape, KnowsHowSentencesEndInManyScripts) {
  for (const std::string_view text :
       {"It is so.", "It is \"so.\"", "这是真的。", "هل هذا صحيح؟", "यह सच है।", "So it is!)"})
    EXPECT_TRUE(ends_as_sentence(text)) << text;
  for (const std::string_view text : {"work_mem (integer)", "A heading", ""})
    EXPECT_FALSE(ends_as_sentence(text)) << text;
  EXPECT_TRUE(is_heading_like("work_mem (integer)"));
  EXPECT_FALSE(is_heading_like("It is so."));
}

struct Cued {
  std::string_view question;
  Asked asked;
  std::string_view has, lacks;
};

class Cues : public testing::TestWithParam<Cued> {};

TEST_P(Cues, TellWhatIsAskedForAndWhoHasIt) {
  const Cued& cued = GetParam();
  const QuestionCue cue(cued.question);
  EXPECT_EQ(cue.asked(), cued.asked);
  EXPECT_GT(cue.factor(cued.has, true), cue.factor(cued.lacks, false)) << cue.of(cued.has, true);
}

INSTANTIATE_TEST_SUITE_P(
    InManyLanguages, Cues,
    testing::Values(
        Cued{"How many locks has it?", Asked::number, "It has seventeen locks, or 17.", "It has locks."},
        Cued{"When was it dug?", Asked::date, "They dug it in March.", "They dug it by hand."},
        Cued{"Who dug it?", Asked::name, "It was dug by Harrow and his sons.", "It was dug by hand."},
        Cued{"Where is it?", Asked::place, "It lies near Harrow.", "It lies near the sea."},
        Cued{"Why was it dug?", Asked::reason, "It was dug because roads were bad.", "It was dug by hand."},
        Cued{"Wie viele Schleusen hat er?", Asked::number, "Er hat 17 Schleusen.", "Er hat Schleusen."},
        Cued{"Wann wurde er gegraben?", Asked::date, "Das war im März.", "Das war schwer."},
        Cued{"Combien d'écluses y a-t-il ?", Asked::number, "Il y en a dix.", "Il y en a."},
        Cued{"Pourquoi ?", Asked::reason, "C'est parce que les routes étaient mauvaises.", "C'est ainsi."},
        Cued{"¿Cuándo se cavó?", Asked::date, "Se cavó en 1791.", "Se cavó a mano."},
        Cued{"¿Dónde está?", Asked::place, "Está cerca de Harrow.", "Está cerca del mar."},
        Cued{"Quanti sono?", Asked::number, "Sono 17.", "Sono molti."},
        Cued{"Onde fica?", Asked::place, "Fica perto de Harrow.", "Fica perto do mar."},
        Cued{"Сколько шлюзов?", Asked::number, "Там 17 шлюзов.", "Там шлюзы."},
        Cued{"Кто его вырыл?", Asked::name, "Его вырыл Иван.", "Его вырыли давно."},
        Cued{"كم عدد الأهوسة؟", Asked::number, "يوجد 17 هويسا.", "يوجد أهوسة."},
        Cued{"لماذا حفرت القناة؟", Asked::reason, "حفرت بسبب سوء الطرق.", "حفرت باليد."},
        Cued{"有多少个船闸？", Asked::number, "共有17个。", "有船闸。"},
        Cued{"运河是哪一年挖的？", Asked::date, "挖于1791年。", "用手挖的。"},
        Cued{"いつ掘られましたか。", Asked::date, "1791年です。", "手で掘られました。"},
        Cued{"なぜ掘られましたか。", Asked::reason, "道が悪かったためです。", "手で掘られました。"}));

TEST(QuestionCue, WhatTheQuestionSaysItselfIsNoAnswer) {
  const QuestionCue number("How many users were there in 2017?");
  EXPECT_EQ(number.of("This was the case in 2017.", false), 0);
  EXPECT_EQ(number.of("In 2017 there were 58 of them.", false), 1);
  const QuestionCue name("Who built the Harrow canal?");
  EXPECT_EQ(name.of("They built the Harrow canal.", false), 0);
  EXPECT_EQ(name.of("Later came the engineer Smeaton.", false), 1);
  EXPECT_EQ(number.new_words("There were users of it"), 2u);
}

TEST(QuestionCue, AsksForNothingInAnyOtherWords) {
  const QuestionCue cue("ssl_dh_params_file default");
  EXPECT_EQ(cue.asked(), Asked::anything);
  EXPECT_EQ(cue.factor("The default is empty.", true), 1);
}

}  // namespace
}  // namespace kindling
