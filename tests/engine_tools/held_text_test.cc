#include "engine/tools/held_text.h"

#include <gtest/gtest.h>

namespace kindling {
namespace {

class HeldTextTest : public testing::Test {
 protected:
  const OnToken on_token_ = [this](std::string_view piece) {
    pieces_.emplace_back(piece);
    seen_ += piece;
    return true;
  };
  std::vector<std::string> pieces_;
  std::string seen_;
};

TEST_F(HeldTextTest, WordsBeforeACallAreNeverShown) {
  HeldText text(on_token_, true);
  text.begin(true);
  EXPECT_TRUE(text.take("Let me look "));
  EXPECT_TRUE(text.take("that up."));
  text.drop();
  text.begin(false);
  EXPECT_TRUE(text.take("It is "));
  EXPECT_TRUE(text.take("deep [1]."));
  text.keep();
  EXPECT_EQ(seen_, "It is deep [1].");
  EXPECT_EQ(text.shown(), seen_);
  EXPECT_EQ(pieces_.size(), 2u);  // as they came
}

TEST_F(HeldTextTest, AnAnswerIsShownFromItsFirstCitationOn) {
  HeldText text(on_token_, true);
  text.begin(true);
  EXPECT_TRUE(text.take("It was dug by hand [x] "));
  EXPECT_EQ(seen_, "");
  EXPECT_TRUE(text.take("in 1791 [12]"));
  EXPECT_EQ(seen_, "It was dug by hand [x] in 1791 [12]");
  EXPECT_TRUE(text.take("."));
  EXPECT_EQ(pieces_.size(), 2u);
}

TEST_F(HeldTextTest, ALongTextIsNotHeldAndStaysInTheAnswer) {
  HeldText text(on_token_, true);
  text.begin(true);
  const std::string words(held_bytes_max + 1, 'w');
  EXPECT_TRUE(text.take(words));
  EXPECT_EQ(seen_, words);
  text.drop();  // a call came all the same
  text.begin(false);
  EXPECT_TRUE(text.take("The answer."));
  text.keep();
  EXPECT_EQ(seen_, words + "\n\nThe answer.");
  EXPECT_EQ(text.shown(), seen_);
}

TEST_F(HeldTextTest, NothingIsPartOfTheAnswerTwiceWhenNobodyReadsAlong) {
  HeldText text(on_token_, false);
  text.begin(true);
  EXPECT_TRUE(text.take(std::string(1'000, 'w') + " [1]"));
  text.drop();
  text.begin(false);
  EXPECT_TRUE(text.take("The answer."));
  EXPECT_EQ(seen_, "");
  text.keep();
  EXPECT_EQ(seen_, "The answer.");
}

TEST(HeldText, StopsWhenNobodyReadsAnyMore) {
  const OnToken gone = [](std::string_view) { return false; };
  HeldText text(gone, true);
  text.begin(false);
  EXPECT_FALSE(text.take("a"));
  EXPECT_FALSE(text.take("b"));
}

}  // namespace
}  // namespace kindling
