// Questions to a real index, answered extractively.

#include "engine/ask.h"

#include <gtest/gtest.h>

#include "tests/engine/small_index.h"

namespace kindling {
namespace {

const std::vector<SmallDocument>& town() {
  static const std::vector<SmallDocument> documents{
      {"canal.txt",
       "# Locks\n\nThe canal was dug by hand between 1791 and 1794. It has 17 locks.\n\n# Boats\n\nBoats are "
       "narrow.",
       "The Harrow canal"},
      {"bakery.txt",
       "The bakery on Mill Lane opens at five in the morning. Its rye bread rests for thirty hours.", "Bakery"},
      {"tower.txt", "The tower clock loses four seconds a week.", "Clocks"}};
  return documents;
}

Result<Answer> ask_town(const SmallIndex& index, const std::string& text, AskOptions options = {}) {
  return ask(index.snapshot(), &index.encoder(), {.text = text, .mode = SearchMode::keyword, .filter = {}},
             nullptr, options, {}, never_cancelled());
}

TEST(Ask, AnswersWithSentencesThatStandWhereTheirCitationsSay) {
  const SmallIndex index(town());
  const auto answer = ask_town(index, "When was the Harrow canal dug?");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->finish, Finish::stop);
  EXPECT_NE(answer->text.find("1791"), std::string::npos);
  ASSERT_FALSE(answer->citations.empty());
  for (const Citation& citation : answer->citations) {
    EXPECT_TRUE(citation.verified);
    const auto document = index.snapshot().find(citation.place.uri).value();
    EXPECT_EQ(slice(index.snapshot().document(document).text, citation.place.text_span), citation.quote);
    EXPECT_NE(answer->text.find(citation.quote + " [" + std::to_string(citation.number) + "]"),
              std::string::npos);
  }
}

TEST(Ask, SaysThatTheCollectionDoesNotSay) {
  const SmallIndex index(town());
  const auto answer = ask_town(index, "What is the boiling point of tungsten hexafluoride?");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->finish, Finish::no_evidence);
  EXPECT_TRUE(answer->citations.empty());
}

TEST(Ask, AHeadingIsNoAnswer) {
  const SmallIndex index(
      {{"canal.txt", "# Locks of the canal\n\nThere are 17 locks of which none is wide on the whole canal.",
        ""},
       {"bakery.txt", "The bakery opens at five in the morning.", ""}});
  const auto answer = ask_town(index, "How many locks of the canal are there?");
  ASSERT_TRUE(answer.ok());
  ASSERT_FALSE(answer->citations.empty());
  for (const Citation& citation : answer->citations)
    EXPECT_EQ(citation.quote.find("# Locks"), std::string::npos);
}

TEST(Ask, ASingleSentenceIsACollectionToo) {
  const SmallIndex index({{"one.txt", "The tenor bell weighs two tonnes.", ""}});
  const auto answer = ask_town(index, "How much does the tenor bell weigh?");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->text, "The tenor bell weighs two tonnes. [1]");
}

TEST(Ask, RefusesWhatIsNoQuestion) {
  const SmallIndex index(town());
  for (const std::string& text :
       {std::string(), std::string(" \n\t"), std::string(1u << 20, 'x'), std::string("\xff\xfe")}) {
    const auto answer = ask_town(index, text);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::usage);
  }
}

TEST(Ask, AnEndpointWithoutItsKeySaysSoBeforeAnyWork) {
  const SmallIndex index(town());
  ModelProfile profile = find_profile("muse-spark").value();
  profile.key_env = {"KINDLING_TEST_KEY_THAT_IS_NOT_SET"};
  const auto answer =
      ask(index.snapshot(), &index.encoder(), {.text = "canal", .mode = SearchMode::keyword, .filter = {}},
          &profile, {}, {}, never_cancelled());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::authentication);
}

}  // namespace
}  // namespace kindling
