#include "tokenizer/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tokenizer/calibrated_estimator.h"
#include "tokenizer/drift.h"

namespace kindling {
namespace {

// A world in which tokens are made of words, digits, signs and Chinese characters at prices that nobody knows,
// with a scatter that grows as the root of the size, some of it in heavy tails.
class World {
 public:
  explicit World(unsigned seed) : random_(seed) {}

  double price_of_letters = .27, price_of_han = 1.3, price_of_digits = .5;
  double scatter = 1;
  bool chinese = true;

  Observation request() {
    Observation made;
    const double size = std::exp(std::uniform_real_distribution<double>(7, 11)(random_));  // bytes
    const double han = chinese && random_() % 3 == 0 ? unit() : 0;
    const double digits = .1 * unit();
    TextShape& shape = made.shape;
    shape.bytes = static_cast<std::uint64_t>(size);
    shape[Trait::request] = 1;
    shape[Trait::message] = 2;
    shape[Trait::han] = static_cast<std::uint64_t>(han * size / 3);
    shape[Trait::digit] = static_cast<std::uint64_t>((1 - han) * digits * size);
    shape[Trait::letter] = static_cast<std::uint64_t>((1 - han) * (.8 - digits) * size);
    shape[Trait::word] = shape[Trait::letter] / 5;
    const double mean = 11 + price_of_letters * static_cast<double>(shape[Trait::letter]) +
                        price_of_han * static_cast<double>(shape[Trait::han]) +
                        price_of_digits * static_cast<double>(shape[Trait::digit]);
    const double heavy = random_() % 10 == 0 ? 2.5 : 1;
    made.truth = static_cast<std::uint64_t>(
        std::max(1., mean + heavy * scatter * std::sqrt(mean) * std::normal_distribution<double>()(random_)));
    return made;
  }

  std::vector<Observation> requests(std::size_t count) {
    std::vector<Observation> made;
    while (made.size() < count) made.push_back(request());
    return made;
  }

 private:
  double unit() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  std::mt19937 random_;
};

double share_exceeding(const Calibration& calibration, const std::vector<Observation>& requests) {
  double exceeding = 0;
  for (const Observation& request : requests)
    exceeding += request.truth > calibration.count(request.shape).tokens_max;
  return exceeding / static_cast<double>(requests.size());
}

TEST(Calibration, IsExceededByFewerThanOneInAHundred) {
  double exceeding = 0;
  constexpr int worlds = 20;
  for (unsigned seed = 1; seed <= worlds; ++seed) {
    World world(seed);
    const Calibration calibration = Calibration::fit(world.requests(200));
    exceeding += share_exceeding(calibration, world.requests(500)) / worlds;
  }
  EXPECT_LE(exceeding, .01);
  EXPECT_GT(exceeding, .0001) << "a bound that never breaks is far too wide";
}

TEST(Calibration, LeavesLittleSlackAfterTwoHundredAnswers) {
  World world(7);
  world.scatter = .5;  // requests of 300 to 15,000 tokens: as texts of one language scatter
  const Calibration calibration = Calibration::fit(world.requests(200));
  std::vector<double> slack;
  for (const Observation& request : world.requests(500)) {
    slack.push_back(static_cast<double>(calibration.count(request.shape).tokens_max) /
                        static_cast<double>(request.truth) -
                    1);
  }
  std::sort(slack.begin(), slack.end());
  EXPECT_LT(slack[250], .05);
}

TEST(Calibration, IsTheWorstCaseUntilThereAreNinetyNine) {
  World world(3);
  auto observations = world.requests(calibration_samples_min - 1);
  const auto early = make_calibrated_estimator("m", Calibration::fit(observations));
  EXPECT_EQ(early->bound(), TokenBound::worst_case);
  EXPECT_FALSE(early->calibration().has_value());
  EXPECT_EQ(early->count("twelve bytes").tokens_max, 12u);
  observations.push_back(world.request());
  const auto late = make_calibrated_estimator("m", Calibration::fit(observations));
  EXPECT_EQ(late->bound(), TokenBound::calibrated);
  ASSERT_TRUE(late->calibration().has_value());
  EXPECT_EQ(late->calibration()->samples, calibration_samples_min);
  EXPECT_EQ(late->calibration()->confidence, calibration_confidence);
  EXPECT_NE(late->fingerprint(), early->fingerprint());
}

TEST(Calibration, CountsContentThatItHasHardlySeenAsBytes) {
  World world(5);
  world.chinese = false;
  const Calibration calibration = Calibration::fit(world.requests(300));
  World other(6);
  other.price_of_han = 2.9;  // almost a token a byte, and never seen
  EXPECT_EQ(share_exceeding(calibration, other.requests(300)), 0.);
}

TEST(Calibration, IsMoreCautiousWithMixturesThatItHasSeldomSeen) {
  World world(12);
  std::vector<Observation> observations;
  while (observations.size() < 300) {  // digits rise and fall with letters: nobody can tell their prices apart
    observations.push_back(world.request());
    TextShape& shape = observations.back().shape;
    shape[Trait::digit] = shape[Trait::letter] / 20;
  }
  const Calibration calibration = Calibration::fit(observations);
  TextShape usual = observations[0].shape;
  TextShape strange = usual;
  strange[Trait::digit] = 0;  // no kind of text that was not seen, but a new mixture
  const auto margin = [&](const TextShape& shape) {
    const TokenCount count = calibration.count(shape);
    return static_cast<double>(count.tokens_max - count.tokens) / std::sqrt(static_cast<double>(count.tokens));
  };
  EXPECT_GT(margin(strange), 1.1 * margin(usual));
}

TEST(Calibration, NeverPromisesMoreThanTheBytes) {
  World world(8);
  const auto tokenizer = make_calibrated_estimator("m", Calibration::fit(world.requests(150)));
  for (const std::string_view text : {"", "a", "中", "\xff\xfe", "0x00000000", "a sentence of some words"}) {
    const TokenCount count = tokenizer->count(text);
    EXPECT_LE(count.tokens, count.tokens_max);
    EXPECT_LE(count.tokens_max, text.size());
  }
}

TEST(Calibration, PartsOfAFullRequestAddUpToItsBound) {
  const std::string sentence = "the gate master noted 17 entries and shut it again at noon ";
  std::mt19937 random(9);
  std::vector<Observation> observations;
  while (observations.size() < 300) {  // requests of the same kind of text
    std::string text;
    for (std::size_t n = 20 + random() % 2'000; n > 0; --n) text += sentence;
    Observation& made = observations.emplace_back();
    made.shape = shape_of(text);
    made.shape[Trait::request] = made.shape[Trait::message] = 1;
    made.truth = text.size() / 4 + random() % 40;
  }
  const auto tokenizer = make_calibrated_estimator("m", Calibration::fit(observations));
  std::string text;
  for (int i = 0; i < 2'000; ++i) text += sentence;
  const std::vector<std::string_view> texts = {text};
  const double whole = static_cast<double>(tokenizer->count_request(texts, {1, 0, 0}).tokens_max);
  const double part = static_cast<double>(tokenizer->part(sentence, static_cast<std::uint64_t>(whole)));
  EXPECT_NEAR(2'000 * part / whole, 1, .04);
}

TEST(Calibration, OfAnythingIsFinite) {
  std::vector<Observation> strange(150);
  for (Observation& observation : strange) observation.truth = 1'000'000'000'000;  // of an empty request
  const Calibration calibration = Calibration::fit(strange);
  EXPECT_TRUE(std::isfinite(calibration.margin(1'000)));
  EXPECT_TRUE(std::isfinite(calibration.estimate(strange[0].shape)));
  EXPECT_EQ(Calibration::fit({}).samples(), 0u);
}

// Feeds requests as a ledger would; how many came before a drift was seen.
std::optional<std::size_t> seen_after(World& world, std::vector<Observation>& kept, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const Calibration calibration = Calibration::fit(kept);
    Observation request = world.request();
    if (calibration.bounds()) {
      const TokenCount foretold = calibration.count(request.shape);
      request.tokens = foretold.tokens;
      request.tokens_max = foretold.tokens_max;
      request.calibrated = true;
    }
    kept.push_back(request);
    if (const auto drift = find_drift(kept)) {
      kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(drift->keep_from));
      return i + 1;
    }
  }
  return std::nullopt;
}

TEST(Drift, IsNotSeenWhereNothingChanges) {
  World world(21);
  std::vector<Observation> kept;
  EXPECT_FALSE(seen_after(world, kept, 500).has_value());
}

TEST(Drift, IsSeenSoonWhenTheModelNeedsMoreTokens) {
  World world(22);
  std::vector<Observation> kept = world.requests(250);
  world.price_of_letters *= 1.15;
  world.price_of_han *= 1.15;
  const auto after = seen_after(world, kept, 60);
  ASSERT_TRUE(after.has_value());
  EXPECT_LE(*after, 20u);
  EXPECT_LE(kept.size(), *after);
  EXPECT_FALSE(Calibration::fit(kept).bounds());
}

TEST(Drift, IsSeenWhenTheModelNeedsFewer) {
  World world(23);
  std::vector<Observation> kept = world.requests(250);
  world.price_of_letters *= .85;
  world.price_of_han *= .85;
  const auto after = seen_after(world, kept, 60);
  ASSERT_TRUE(after.has_value());
  EXPECT_LE(kept.size(), *after) << "what an older model counted would spoil the new bounds";
}

TEST(Drift, IsNotSeenInNewContent) {
  World world(24);
  world.chinese = false;
  std::vector<Observation> kept = world.requests(250);
  world.chinese = true;
  EXPECT_FALSE(seen_after(world, kept, 100).has_value());
}

}  // namespace
}  // namespace kindling
