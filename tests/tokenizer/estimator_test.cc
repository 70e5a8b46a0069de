#include "tokenizer/estimator.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/env.h"
#include "tests/tokenizer/strange_texts.h"

namespace kindling {
namespace {

std::uint64_t estimated(std::string_view text) { return make_estimator("closed")->count(text).tokens; }

// Counts by o200k (200,000 entries), which the constants were fitted to; docs/counting.md has the errors by
// language.
TEST(Estimator, IsNearAPublicVocabularyOfTheSameSize) {
  const std::pair<std::string_view, double> texts[] = {
      {"The Panthers defense gave up just 308 points, ranking sixth in the league, while also leading the NFL "
       "in "
       "interceptions with 24 and boasting four Pro Bowl selections.",
       33},
      {"for (std::size_t i = 0; i < items.size(); ++i) {\n    total += items[i].weight * scale;\n  }\n", 32},
      {"中华人民共和国位于亚洲东部，太平洋西岸，首都北京。", 17},
      {"Озеро замерзает в ноябре, и рыбаки ставят на льду палатки; в марте, когда лёд становится рыхлым, "
       "промысел "
       "прекращается до следующей зимы.",
       45},
      {"Der See friert im November zu, und die Fischer stellen ihre Zelte auf das Eis; im März, wenn es "
       "brüchig wird, "
       "ruht der Fang bis zum nächsten Winter.",
       39},
  };
  for (const auto& [text, tokens] : texts)
    EXPECT_NEAR(static_cast<double>(estimated(text)), tokens, 0.25 * tokens) << text;
}

TEST(Estimator, IsBoundedByBytes) {
  const auto estimator = make_estimator("closed");
  std::mt19937 random(41);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_text(random, 30);
    const TokenCount count = estimator->count(text);
    ASSERT_EQ(count.tokens_max, text.size());
    ASSERT_LE(count.tokens, count.tokens_max);
    ASSERT_EQ(count.tokens == 0, text.empty());
  }
}

TEST(Estimator, IsAdditiveWithinOne) {
  const auto estimator = make_estimator("closed");
  std::mt19937 random(42);
  for (int i = 0; i < 50'000; ++i) {
    const std::string one = random_text(random, 8);
    const std::string two = random_text(random, 8);
    if (!one.empty() && static_cast<unsigned char>(one.back()) >= 0xc0)
      continue;  // a character must not be cut
    if (!two.empty() && (static_cast<unsigned char>(two.front()) & 0xc0) == 0x80) continue;
    if (valid_utf8_prefix(one) != one.size()) continue;
    const auto apart = static_cast<std::int64_t>(estimator->count(one).tokens + estimator->count(two).tokens);
    const auto joined = static_cast<std::int64_t>(estimator->count(one + two).tokens);
    ASSERT_LE(std::abs(apart - joined), 1) << '"' << one << "\" + \"" << two << '"';
  }
}

TEST(Estimator, SaysWhatItIs) {
  const auto estimator = make_estimator("closed");
  EXPECT_EQ(estimator->name(), "closed");
  EXPECT_EQ(estimator->bound(), TokenBound::worst_case);
  EXPECT_FALSE(estimator->fingerprint().empty());
  EXPECT_EQ(estimator->encode("text").error().code, ErrorCode::unsupported);
}

TEST(Estimator, ReadsHostileTextsInLinearTime) {
  const auto estimator = make_estimator("closed");
  for (const std::string& text : hostile_texts()) {
    const Stopwatch watch;
    EXPECT_LE(estimator->count(text).tokens, text.size());
    EXPECT_LT(watch.seconds(), linear_seconds_max);
  }
}

}  // namespace
}  // namespace kindling
