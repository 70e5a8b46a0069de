// The statistics of comparing two models, against simulation and against counting by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "engine/mirror/paired.h"
#include "engine/mirror/sequential.h"

namespace kindling {
namespace {

// Scores of pairs: wins, losses and ties with these chances.
class Pairs {
 public:
  Pairs(std::uint64_t seed, double wins, double losses) : random_(seed), wins_(wins), losses_(losses) {}
  double next() {
    const double u = std::uniform_real_distribution<double>()(random_);
    return u < wins_ ? 1 : u < wins_ + losses_ ? -1 : 0;
  }

 private:
  std::mt19937_64 random_;
  double wins_;
  double losses_;
};

bool excludes_nothing(const ConfidenceSequence& sequence) { return sequence.p_value() <= .05; }

// Pairs until 0 is excluded; 0: not within `pairs_max`, looked at after each.
std::size_t stopped_after(Pairs pairs, std::size_t pairs_max) {
  ConfidenceSequence sequence;
  for (std::size_t i = 1; i <= pairs_max; ++i) {
    sequence.add(pairs.next());
    if (excludes_nothing(sequence)) return i;
  }
  return 0;
}

double naive_sign_test(int wins, int losses) {
  const int n = wins + losses;
  double all = 0;
  double extreme = 0;
  for (int k = 0; k <= n; ++k) {
    double ways = 1;
    for (int i = 0; i < k; ++i) ways = ways * (n - i) / (i + 1);
    all += ways;
    if (std::abs(2 * k - n) >= std::abs(wins - losses)) extreme += ways;
  }
  return extreme / all;
}

TEST(SignTest, EqualsCountingEveryOutcome) {
  for (int wins = 0; wins <= 20; ++wins) {
    for (int losses = 0; losses <= 20; ++losses) {
      EXPECT_NEAR(sign_test(wins, losses), wins + losses == 0 ? 1 : naive_sign_test(wins, losses), 1e-9)
          << wins << " " << losses;
    }
  }
  EXPECT_LT(sign_test(20'000, 10'000), 1e-100);  // no overflow far out
}

TEST(MeanDifference, CoversTheTruthAsOftenAsItSays) {
  std::mt19937_64 random(3);
  std::lognormal_distribution<double> skewed(0, 1);  // like a latency
  const double truth = std::exp(.5);
  int covered = 0;
  constexpr int runs = 200;
  for (int run = 0; run < runs; ++run) {
    std::vector<double> values(100);
    for (double& value : values) value = skewed(random);
    covered += mean_difference(values).interval.contains(truth) ? 1 : 0;
  }
  EXPECT_GE(covered, runs * 86 / 100);  // skewed values cost the percentile bootstrap some per cent
  EXPECT_LE(covered, runs * 99 / 100);
}

TEST(MeanDifference, IsTheSameEveryTime) {
  std::vector<double> values{3, 1, 4, 1, 5, 9, 2, 6};
  EXPECT_EQ(mean_difference(values).interval.low, mean_difference(values).interval.low);
  EXPECT_NEAR(mean_difference(values).mean, 31 / 8.0, 1e-12);
  EXPECT_EQ(mean_difference({}).count, 0u);
  EXPECT_EQ(median(values), 3.5);
  EXPECT_EQ(median({}), 0);
}

// The promise of the stopping rule: two equal models, looked at after every pair, are told apart by mistake in
// at most 5 % of runs. An ordinary test fails this by far, or the simulation would show nothing.
TEST(Sequential, PeekingAtEveryPairFindsNoDifferenceWhereThereIsNone) {
  constexpr int runs = 2'000;
  constexpr std::size_t pairs = 400;
  int fooled = 0;
  int fooled_naively = 0;
  for (int run = 0; run < runs; ++run) {
    const double ties = run % 3 * .3;  // none, some, many
    fooled += stopped_after(Pairs(run, (1 - ties) / 2, (1 - ties) / 2), pairs) > 0 ? 1 : 0;
    if (run % 10 != 0) continue;
    Pairs same(run, (1 - ties) / 2, (1 - ties) / 2);
    std::uint64_t wins = 0;
    std::uint64_t losses = 0;
    bool rejected = false;
    for (std::size_t i = 0; i < pairs && !rejected; ++i) {
      const double score = same.next();
      wins += score > 0 ? 1 : 0;
      losses += score < 0 ? 1 : 0;
      rejected = sign_test(wins, losses) <= .05;
    }
    fooled_naively += rejected ? 1 : 0;
  }
  RecordProperty("false_positives", fooled);
  EXPECT_LE(fooled, runs * 5 / 100 + 30) << "of " << runs;  // three standard errors of noise
  EXPECT_GE(fooled_naively, runs / 10 * 15 / 100);
}

TEST(Sequential, IntervalsHoldTheTruthAtAllTimesTogether) {
  int missed = 0;
  constexpr int runs = 200;
  for (int run = 0; run < runs; ++run) {
    Pairs pairs(1'000 + run, .45, .25);
    ConfidenceSequence sequence;
    bool inside = true;
    for (std::size_t i = 1; i <= 160; ++i) {
      sequence.add(pairs.next());
      if (i % 20 == 0) inside = inside && sequence.interval().contains(.2);
    }
    missed += inside ? 0 : 1;
  }
  EXPECT_LE(missed, runs * 8 / 100);
}

TEST(Sequential, FindsADifferenceThatIsThere) {
  std::vector<std::size_t> stops;
  int missed = 0;
  constexpr int runs = 200;
  for (int run = 0; run < runs; ++run) {
    const std::size_t stop = stopped_after(Pairs(5'000 + run, .5, .3), 2'000);
    missed += stop == 0 ? 1 : 0;
    stops.push_back(stop == 0 ? 2'000 : stop);
  }
  std::ranges::sort(stops);
  RecordProperty("median_pairs", static_cast<int>(stops[runs / 2]));
  EXPECT_EQ(missed, 0);
  EXPECT_LT(stops[runs / 2], 300u);
}

// 50 in a row in favour of one: no need for many more.
TEST(Sequential, ManyWinsInARowEndItSoon) {
  EXPECT_LE(stopped_after(Pairs(1, 1, 0), 100), 15u);
  EXPECT_GE(stopped_after(Pairs(1, 1, 0), 100), 5u);  // but three heads in a row prove nothing
}

TEST(Sequential, AnIntervalNeverGrows) {
  Pairs pairs(7, .4, .3);
  ConfidenceSequence sequence;
  Interval before = sequence.interval();
  EXPECT_EQ(before.low, -1);
  EXPECT_EQ(before.high, 1);
  for (int i = 0; i < 300; ++i) {
    sequence.add(pairs.next());
    const Interval now = sequence.interval();
    EXPECT_GE(now.low, before.low - 1e-9);
    EXPECT_LE(now.high, before.high + 1e-9);
    before = now;
  }
}

// The bet against each mean by itself, multiplied out: no logarithms, no halving.
TEST(Sequential, EqualsItsNaiveTwin) {
  Pairs pairs(11, .5, .2);
  std::vector<double> scores(120);
  ConfidenceSequence sequence;
  for (double& score : scores) sequence.add(score = pairs.next());
  const auto excluded = [&](double mean, double side) {
    double capital = 1;
    double best = 1;
    double sum = .5;
    double squares = .25;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const double x = (scores[i] + 1) / 2;
      const double t = static_cast<double>(i) + 1;
      const double bet = std::sqrt(2 * std::log(2 / .05) / (squares / t * t * std::log(t + 1)));
      const double room = side > 0 ? mean : 1 - mean;
      capital *= 1 + side * (room > 0 ? std::min(bet, .5 / room) : bet) * (x - mean);
      best = std::max(best, capital);
      sum += x;
      squares += (x - sum / (t + 1)) * (x - sum / (t + 1));
    }
    return best >= 2 / .05;
  };
  const Interval interval = sequence.interval();
  for (double mean = .0005; mean < 1; mean += .001) {
    const double score = 2 * mean - 1;
    EXPECT_EQ(excluded(mean, 1), score < interval.low) << score;
    EXPECT_EQ(excluded(mean, -1), score > interval.high) << score;
  }
}

TEST(Sequential, SaysWhenTwoModelsAreEquallyGood) {
  std::vector<double> scores;
  Pairs pairs(21, .1, .1);
  for (int i = 0; i < 3'000; ++i) scores.push_back(pairs.next());
  EXPECT_EQ(when_to_stop(scores, .1).decision, Decision::no_difference);
  EXPECT_EQ(when_to_stop(scores, .001).decision, Decision::go_on);
}

TEST(Sequential, ForetellsAboutHowManyMore) {
  Pairs pairs(31, .5, .3);
  std::vector<double> scores;
  for (int i = 0; i < 60; ++i) scores.push_back(pairs.next());
  const Stopping stopping = when_to_stop(scores, .1);
  ASSERT_EQ(stopping.decision, Decision::go_on);
  ASSERT_TRUE(stopping.more.has_value());
  EXPECT_GT(*stopping.more, 0u);
  EXPECT_LT(*stopping.more, 100'000u);
  EXPECT_FALSE(when_to_stop({}, .1).more.has_value());
  EXPECT_EQ(when_to_stop({}, .1).decision, Decision::go_on);
}

}  // namespace
}  // namespace kindling
