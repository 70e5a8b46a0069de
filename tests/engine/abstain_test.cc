#include "engine/answer/abstain.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

TEST(EvidenceStrength, NeedsWordsOrMeaning) {
  Scores nothing;
  EXPECT_LT(evidence_strength(nothing, true), evidence_threshold);
  EXPECT_LT(evidence_strength(nothing, false), evidence_threshold);
  Scores both;
  both.gate = 1;
  both.coverage_max = 1;
  both.cosine_max = .7f;
  EXPECT_GE(evidence_strength(both, true), evidence_threshold);
  EXPECT_GE(evidence_strength(both, false), evidence_threshold);
}

TEST(EvidenceStrength, TheCosineCountsAsFarAsTheEncoderKnowsTheLanguage) {
  Scores strange;
  strange.cosine_max = .9f;
  strange.gate = 0;
  Scores known = strange;
  known.gate = 1;
  EXPECT_LT(evidence_strength(strange, true), evidence_strength(known, true));
  Scores other = strange;
  other.cosine_max = .2f;
  EXPECT_EQ(evidence_strength(strange, true), evidence_strength(other, true));
}

double naive_auc(const std::vector<JudgedStrength>& judged) {
  double wins = 0, pairs = 0;
  for (const auto& a : judged) {
    for (const auto& b : judged) {
      if (!a.answerable || b.answerable) continue;
      pairs += 1;
      wins += a.strength > b.strength ? 1 : a.strength == b.strength ? .5 : 0;
    }
  }
  return wins / pairs;
}

double naive_macro_f1(const std::vector<JudgedStrength>& judged, float threshold) {
  double counts[2][2] = {};
  for (const auto& one : judged) counts[one.answerable][one.strength >= threshold] += 1;
  const double yes = counts[1][0] + counts[1][1], no = counts[0][0] + counts[0][1];
  const double answered = counts[1][1] / yes, wrongly = counts[0][1] / no;
  const auto f1 = [](double hits, double alarms) {
    return hits + alarms == 0 ? 0 : 2 * hits / (1 + hits + alarms);
  };
  return .5 * (f1(answered, wrongly) + f1(1 - wrongly, 1 - answered));
}

TEST(FitAbstention, IsTheBestThresholdThereIs) {
  std::mt19937 random(4);
  for (int round = 0; round < 200; ++round) {
    std::vector<JudgedStrength> judged;
    for (int i = 0; i < 60 + static_cast<int>(random() % 100); ++i) {
      const bool answerable = i % 3 != 0;
      judged.push_back({static_cast<float>((random() % 20 + (answerable ? 4 : 0))) / 24.f, answerable});
    }
    const auto fit = fit_abstention(judged);
    ASSERT_TRUE(fit.ok());
    EXPECT_NEAR(fit->auc, naive_auc(judged), 1e-9);
    EXPECT_NEAR(fit->macro_f1, naive_macro_f1(judged, fit->threshold), 1e-9);
    for (float threshold = -.02f; threshold < 1.1f; threshold += 1 / 48.f) {
      EXPECT_GE(fit->macro_f1 + 1e-9, naive_macro_f1(judged, threshold));
    }
  }
}

TEST(FitAbstention, WantsQuestionsOfBothKinds) {
  std::vector<JudgedStrength> judged(100, {.5f, true});
  EXPECT_EQ(fit_abstention(judged).error().code, ErrorCode::usage);
  EXPECT_EQ(fit_abstention({}).error().code, ErrorCode::usage);
}

TEST(FitAbstention, IsKeptBesideTheIndex) {
  const TemporaryFolder folder;
  const auto none = stored_threshold(system_files(), folder.path());
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(*none);
  AbstentionFit fit;
  fit.threshold = .625f;
  ASSERT_TRUE(store_abstention(system_files(), folder.path(), fit).ok());
  EXPECT_EQ(stored_threshold(system_files(), folder.path()).value(), .625f);
  for (const std::string_view damaged : {"", "{", "[]", "{\"threshold\":7}", "{\"threshold\":\"x\"}"}) {
    ASSERT_TRUE(write_atomically(system_files(), folder.path() / "abstention.json", damaged).ok());
    EXPECT_FALSE(stored_threshold(system_files(), folder.path()).ok()) << damaged;
  }
}

}  // namespace
}  // namespace kindling
