#include "engine/contemplate/bound.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace kindling {
namespace {

ModelProfile priced() {
  ModelProfile profile;
  profile.name = "priced";
  profile.price = {1.25, .15, 4.25};
  profile.timeouts.retries_max = 2;
  return profile;
}

TEST(ContemplationBound, ReductionsAreCountedAsTheyAreMade) {
  for (std::uint64_t shards = 0; shards < 300; ++shards) {
    for (std::uint64_t fan_in = 2; fan_in < 18; ++fan_in) {
      std::vector<int> left(shards);  // naive twin: joins them
      std::uint64_t calls = 0;
      while (left.size() > 1) {
        std::vector<int> next;
        for (std::size_t i = 0; i < left.size(); i += fan_in) next.push_back(0);
        calls += next.size();
        left = next;
      }
      EXPECT_EQ(reduction_calls(shards, fan_in), calls) << shards << " by " << fan_in;
    }
  }
}

TEST(ContemplationBound, RetriesAreOfAllCallsTogether) {
  EXPECT_EQ(retries_for(1, 2), 2u);
  EXPECT_EQ(retries_for(5, 2), 2u);
  EXPECT_EQ(retries_for(9, 2), 4u);
  EXPECT_EQ(retries_for(64, 2), 16u);
  EXPECT_EQ(retries_for(64, 0), 0u);
}

TEST(ContemplationBound, ARetryCostsAsMuchAsTheLargestCall) {
  BoundSum sum;
  sum.add({1'000, 100}, 3);
  sum.add({5'000, 400});
  ContemplationPlan plan;
  sum.finish(plan, priced());
  EXPECT_EQ(plan.retries_max, 2u);
  EXPECT_EQ(plan.calls_max, 6u);
  EXPECT_EQ(plan.prompt_tokens_max, 3'000u + 5'000u + 2 * 5'000u);
  EXPECT_EQ(plan.completion_tokens_max, 300u + 400u + 2 * 400u);
  EXPECT_NEAR(plan.cost_max, 18'000 * 1.25e-6 + 1'500 * 4.25e-6, 1e-12);
}

TEST(ContemplationBound, WhatTheRefusalNamesIsEnough) {
  std::mt19937 random(3);
  for (int i = 0; i < 2'000; ++i) {
    BoundSum sum;
    for (std::size_t calls = 1 + random() % 40; calls > 0; --calls)
      sum.add({random() % 300'000, random() % 9'000});
    ContemplationPlan plan;
    sum.finish(plan, priced());
    ContemplateOptions options;
    options.calls_max = random() % 80;
    options.tokens_max = random() % 20'000'000;
    options.cost_max = static_cast<double>(random() % 3'000) / 100;
    for (int refusals = 0;; ++refusals) {
      ASSERT_LT(refusals, 4) << "one refusal for each bound";
      const Status status = check_bound(plan, options, priced());
      if (status.ok()) break;
      ASSERT_EQ(status.error().code, ErrorCode::budget_impossible);
      const std::string& flag = status.error().where;
      const std::size_t at = status.error().mend.find(flag);
      ASSERT_NE(at, std::string::npos) << status.error().sentence();
      const double needed = std::stod(status.error().mend.substr(at + flag.size()));
      if (flag == "--calls-max") options.calls_max = static_cast<std::uint64_t>(needed);
      if (flag == "--tokens-max") options.tokens_max = static_cast<std::uint64_t>(needed);
      if (flag == "--cost-max") options.cost_max = needed;
    }
    EXPECT_LE(plan.calls_max, options.calls_max);
    EXPECT_LE(plan.prompt_tokens_max + plan.completion_tokens_max, *options.tokens_max);
    EXPECT_LE(plan.cost_max, *options.cost_max);
  }
}

TEST(ContemplationBound, ACostCannotBeBoundedWithoutAPrice) {
  ModelProfile unpriced = priced();
  unpriced.price = {};
  BoundSum sum;
  sum.add({1'000, 100});
  ContemplationPlan plan;
  sum.finish(plan, unpriced);
  EXPECT_LT(plan.cost_max, 0);
  EXPECT_TRUE(check_bound(plan, {}, unpriced).ok());
  ContemplateOptions options;
  options.cost_max = 1;
  EXPECT_EQ(check_bound(plan, options, unpriced).error().code, ErrorCode::usage);
}

TEST(ContemplationBound, APriceOfZeroIsAPrice) {
  ModelProfile free = priced();
  free.price = {0, 0, 0};
  BoundSum sum;
  sum.add({1'000, 100});
  ContemplationPlan plan;
  sum.finish(plan, free);
  EXPECT_EQ(plan.cost_max, 0);
  ContemplateOptions options;
  options.cost_max = 0;
  EXPECT_TRUE(check_bound(plan, options, free).ok());
}

}  // namespace
}  // namespace kindling
