#include "engine/endpoint/rate_limit.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <random>
#include <thread>

#include "tests/engine_endpoint/asking.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

using namespace std::chrono_literals;

// Against what a bucket promises: in no stretch of time goes more than it holds, what it fills, and one
// request.
TEST(RateBucket, LetsThroughNoMoreThanItsRateAndNobodyOvertakes) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const double per_minute = 1 + static_cast<double>(random() % 1'000);
    RateBucket bucket{per_minute};
    double now_ms = 0;
    double last_ms = 0;
    struct Sent {
      double at_ms, amount;
    };
    std::vector<Sent> sent;
    for (int i = 0; i < 60; ++i) {
      const auto pause = static_cast<std::int64_t>(random() % 3'000);
      now_ms += static_cast<double>(pause);
      bucket.fill(per_minute, pause);
      const double amount = 1 + static_cast<double>(random() % static_cast<unsigned>(per_minute * 1.5));
      sent.push_back({now_ms + bucket.take(per_minute, amount), amount});
    }
    for (std::size_t from = 0; from < sent.size(); ++from) {
      double sum = 0;
      for (std::size_t to = from; to < sent.size(); ++to) {
        EXPECT_GE(sent[to].at_ms, last_ms - 1e-6) << "somebody overtook";
        if (from == 0) last_ms = sent[to].at_ms;
        sum += sent[to].amount;
        const double minutes = (sent[to].at_ms - sent[from].at_ms) / 60'000;
        EXPECT_LE(sum, per_minute * (1 + minutes) + std::max(0., sent[to].amount - per_minute) +
                           sent[from].amount + 1e-6);
      }
      last_ms = 0;
    }
  }
}

TEST(RateBucket, WithoutALimitNobodyWaits) {
  RateBucket bucket;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(bucket.take(0, 1e9), 0);
}

class RateLimitTest : public testing::Test {
 protected:
  RateLimitTest() {
    profile_.rate_folder = (folder_.path() / "limits").string();
    profile_.base_url = "https://endpoint.example/v1";
    profile_.model = "m";
    profile_.requests_per_minute = 60;
    profile_.tokens_per_minute = 6'000;
  }
  [[nodiscard]] RateLimit limit() const { return {system_files(), profile_}; }
  void write(std::string_view text) const {
    ASSERT_TRUE(system_files().make_directories(profile_.rate_folder).ok());
    ASSERT_TRUE(write_atomically(system_files(), limit().path(), text).ok());
  }

  TemporaryFolder folder_;
  ModelProfile profile_;
};

TEST_F(RateLimitTest, IsSharedByAllWhoLeadToTheSamePlace) {
  EXPECT_EQ(limit().reserve(6'000), 0ms);
  const auto second = limit().reserve(600);
  EXPECT_GT(second, 5'500ms);
  EXPECT_LE(second, 6'000ms);
  profile_.model = "another";
  EXPECT_EQ(limit().reserve(600), 0ms);
}

TEST_F(RateLimitTest, RequestsAreCountedApartFromTokens) {
  for (int i = 0; i < 60; ++i) ASSERT_LE(limit().reserve(1), 0ms) << i;
  EXPECT_GT(limit().reserve(1), 100ms);
}

TEST_F(RateLimitTest, MoreThanABucketGoesWhenItIsFull) {
  EXPECT_EQ(limit().reserve(60'000), 0ms);
  EXPECT_GT(limit().reserve(1), 530'000ms);
}

TEST_F(RateLimitTest, WhatWasNotSentComesBackAndWhatWasCountedIsSettled) {
  static_cast<void>(limit().reserve(6'000));
  limit().give_back(6'000);
  EXPECT_EQ(limit().reserve(3'000), 0ms);
  limit().settle(3'000, 6'000);  // the answer counts as well
  EXPECT_GT(limit().reserve(600), 5'000ms);
}

TEST_F(RateLimitTest, AServersRefusalHoldsForAll) {
  limit().close_for(20'000ms);
  const auto wait = limit().reserve(1);
  EXPECT_GT(wait, 19'000ms);
  EXPECT_LE(wait, 20'000ms);
  profile_.requests_per_minute = 0;  // only tokens are limited
  profile_.model = "another";
  limit().close_for(20'000ms);
  EXPECT_GT(limit().reserve(1), 19'000ms);
}

TEST_F(RateLimitTest, AFileThatCannotBeReadIsAFullBucket) {
  for (const auto text : {"", "{", "null", "[]", R"({"at_ms":"x","requests":"y","tokens":null})",
                          R"({"requests":1e999,"tokens":-1e999})", "\xff\xfe", R"({"tokens":1e300})"}) {
    write(text);
    EXPECT_EQ(limit().reserve(1), 0ms) << text;
  }
  write(R"({"at_ms":1,"requests":-1e30,"tokens":-1e30})");  // damage cannot close it for ever
  EXPECT_LE(limit().reserve(1), 601'000ms);
}

TEST_F(RateLimitTest, AClockThatJumpsDoesLittleHarm) {
  write(R"({"at_ms":99999999999999,"requests":0,"tokens":0})");  // it was set back since: nothing is refilled
  EXPECT_GT(limit().reserve(1), 900ms);
  EXPECT_LE(limit().reserve(1), 3'000ms) << "and from now on it goes by the new clock";
  write(R"({"at_ms":-99999999999999,"requests":-60,"tokens":0})");  // it was set forward: one minute's worth
  EXPECT_LE(limit().reserve(1), 1'000ms);
}

TEST_F(RateLimitTest, WhereNothingCanBeKeptRequestsGo) {
  ASSERT_TRUE(write_atomically(system_files(), folder_.path() / "limits", "a file in its place").ok());
  for (int i = 0; i < 100; ++i) ASSERT_EQ(limit().reserve(6'000), 0ms);
}

TEST_F(RateLimitTest, ProcessesShareItWithoutLosingAReservation) {
  constexpr int processes = 4;
  constexpr int each = 30;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  for (int p = 0; p < processes; ++p) {
    if (::fork() != 0) continue;
    for (int i = 0; i < each; ++i) {
      const std::int64_t wait_ms = limit().reserve(1).count();
      if (::write(ends[1], &wait_ms, sizeof wait_ms) != sizeof wait_ms) ::_exit(1);
    }
    ::_exit(0);
  }
  for (int p = 0; p < processes; ++p) ASSERT_GT(::wait(nullptr), 0);
  std::vector<std::int64_t> waits(processes * each);
  for (std::int64_t& wait : waits)
    ASSERT_EQ(::read(ends[0], &wait, sizeof wait), static_cast<ssize_t>(sizeof wait));
  ::close(ends[0]);
  ::close(ends[1]);
  // 120 requests, 60 at once, then one a second; what took long in between has refilled a little.
  const auto at_once = std::count(waits.begin(), waits.end(), 0);
  EXPECT_GE(at_once, 60);
  EXPECT_LE(at_once, 75);
  EXPECT_GT(*std::max_element(waits.begin(), waits.end()), 45'000);
}

TEST_F(RateLimitTest, SurvivesKillNine) {
  for (int round = 0; round < 20; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) {
        static_cast<void>(limit().reserve(0));
        limit().give_back(0);
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1 + round % 7));
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    const Stopwatch watch;
    EXPECT_LE(limit().reserve(0), 1'500ms);
    EXPECT_LT(watch.milliseconds(), 400) << "the lock died with its holder";
    limit().give_back(0);
  }
}

class LimitedEndpointTest : public AskingTest {
 protected:
  LimitedEndpointTest() {
    profile_.rate_folder = folder_.path().string();
    profile_.requests_per_minute = 600;
    profile_.tokens_per_minute = 0;
  }
  TemporaryFolder folder_;
};

TEST_F(LimitedEndpointTest, WaitsAfterAnothersRefusal) {
  server_.reply_next({find_fault("429-seconds")->reply({})});  // half a tenth of a second
  limits_.retries_max = 0;
  EXPECT_FALSE(ask().ok());
  const auto generation = ask();
  ASSERT_TRUE(generation.ok());
  EXPECT_GT(generation->limited_ms, 1);
  EXPECT_LT(generation->limited_ms, 1'000);
}

TEST_F(LimitedEndpointTest, WaitingIsCancelledAndCostsNothing) {
  profile_.requests_per_minute = 10;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(ask().ok());
  endpoint_ = open();
  Cancellation cancellation;
  std::thread user([&] {
    std::this_thread::sleep_for(50ms);
    cancellation.cancel();
  });
  const Stopwatch watch;
  const auto generation = endpoint_->complete(question(), {}, cancellation);
  user.join();
  EXPECT_LT(watch.milliseconds(), 400);
  EXPECT_EQ(generation.error().code, ErrorCode::cancelled);
  EXPECT_EQ(server_.requests().size(), 10u);
  const auto next = RateLimit(system_files(),
                              [&] {
                                ModelProfile reached = profile_;
                                reached.base_url = server_.base_url();
                                return reached;
                              }())
                        .reserve(0);
  EXPECT_LE(next, 6'000ms) << "as if the cancelled one had never asked";
}

TEST_F(LimitedEndpointTest, NobodyWaitsLongerThanAnAnswerMayTake) {
  profile_.requests_per_minute = 1;
  limits_.total = 2'000ms;
  ASSERT_TRUE(ask().ok());
  const auto generation = ask();
  ASSERT_FALSE(generation.ok());
  EXPECT_EQ(generation.error().code, ErrorCode::endpoint_refused);
  EXPECT_NE(generation.error().why.find("leave no room"), std::string::npos);
}

TEST_F(LimitedEndpointTest, TheFileHoldsNumbersOnly) {
  ASSERT_TRUE(ask().ok());
  const std::vector<std::string> names = system_files().list(folder_.path()).value();
  EXPECT_FALSE(names.empty());
  for (const std::string& name : names) {
    const std::string text = system_files().read(folder_.path() / name, 1u << 20).value();
    EXPECT_EQ(text.find(key), std::string::npos) << name;
    EXPECT_EQ(text.find("Cats"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace kindling
