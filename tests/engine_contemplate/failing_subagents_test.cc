// Subagents that fail, hang, break off or are given up.
#include <atomic>
#include <thread>

#include "base/env.h"
#include "tests/engine_contemplate/contemplating.h"

namespace kindling {
namespace {

using namespace std::chrono_literals;

class FailingSubagents : public ContemplatingTest {
 protected:
  // The reader whose passages hold `words` gets `reply`.
  void spoil(const std::string& words, const std::function<Reply(const RecordedRequest&)>& reply) {
    server_.respond_with([=](const RecordedRequest& request) {
      const bool spoiled =
          !is_reduction(request.json) && user_message(request.json).find(words) != std::string::npos;
      return spoiled ? reply(request) : quoting_reply(request);
    });
  }

  static std::size_t failures(const Answer& answer) {
    const auto& reports = answer.contemplation->subagents;
    return static_cast<std::size_t>(
        std::count_if(reports.begin(), reports.end(), [](const auto& r) { return r.finish != Finish::stop; }));
  }
};

constexpr const char* some_reader = "Canal number 5\n";

TEST_F(FailingSubagents, OneThatIsRefusedIsMissedAndNamed) {
  spoil(some_reader, [](const RecordedRequest&) {
    return error_reply(400, "no such thing", "invalid_request_error", "bad");
  });
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  EXPECT_EQ(answer->finish, Finish::incomplete);
  EXPECT_EQ(failures(*answer), 1u);
  EXPECT_NE(answer->note.find("of 4 (canal"), std::string::npos) << answer->note;
  EXPECT_NE(answer->note.find("no such thing"), std::string::npos) << answer->note;
  ASSERT_EQ(answer->citations.size(), 1u);
  EXPECT_TRUE(answer->citations[0].verified);
}

TEST_F(FailingSubagents, OneThatHangsIsGivenUpAndTheOthersAnswer) {
  options_.endpoint.limits = profile_.timeouts;
  options_.endpoint.limits->first_token = 200ms;
  options_.endpoint.limits->total = 500ms;
  options_.endpoint.limits->retries_max = 0;
  spoil(some_reader, [](const RecordedRequest& request) {
    Reply reply = quoting_reply(request);
    reply.pause = 60'000ms;
    return reply;
  });
  const Stopwatch watch;
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  EXPECT_LT(watch.seconds(), 5);
  EXPECT_EQ(failures(*answer), 1u);
  EXPECT_EQ(answer->finish, Finish::incomplete);
}

TEST_F(FailingSubagents, OneThatBreaksOffKeepsWhatItSaid) {
  spoil(some_reader, [](const RecordedRequest& request) {
    StreamScript script;
    script.tokens = {quoted_passage(request.json) + ". ", "And then "};
    return stop_after_tokens(script, 2, Reply::Ending::cut);
  });
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  EXPECT_EQ(failures(*answer), 1u);
  EXPECT_EQ(answer->finish, Finish::incomplete);
  EXPECT_EQ(notes_in(server_.requests().back().json).size(), 4u);
}

TEST_F(FailingSubagents, OneThatStumblesIsAskedAgainFromTheCommonReserve) {
  std::atomic<int> stumbles{0};
  spoil(some_reader, [&](const RecordedRequest& request) {
    return stumbles++ == 0 ? error_reply(503, "busy", "server_error", "overloaded") : quoting_reply(request);
  });
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  EXPECT_EQ(answer->finish, Finish::stop) << answer->note;
  EXPECT_EQ(answer->contemplation->calls, 6u);
}

TEST_F(FailingSubagents, AWaitThatTheServerAsksForIsKept) {
  std::atomic<int> stumbles{0};
  spoil(some_reader, [&](const RecordedRequest& request) {
    if (stumbles++ > 0) return quoting_reply(request);
    Reply reply = error_reply(429, "slow down", "rate_limit_error", "rate_limit_exceeded");
    reply.headers.emplace_back("retry-after-ms", "300");
    return reply;
  });
  const Stopwatch watch;
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  EXPECT_GE(watch.milliseconds(), 300);
  EXPECT_EQ(answer->finish, Finish::stop);
}

TEST_F(FailingSubagents, AllTogetherNeverSendMoreThanWasPromised) {
  server_.respond_with(
      [](const RecordedRequest&) { return error_reply(503, "busy", "server_error", "overloaded"); });
  const auto answer = contemplated();
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::endpoint_refused);
  EXPECT_LE(server_.requests().size(), plans_[0].calls_max);
}

TEST_F(FailingSubagents, ARefusedKeyStopsTheRest) {
  profile_.window = 2'600;  // many shards
  options_.contemplate.whole = true;
  options_.contemplate.subagents = 2;
  server_.respond_with([](const RecordedRequest&) {
    return error_reply(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key");
  });
  const auto answer = contemplated();
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::authentication);
  EXPECT_GE(plans_[0].shards, 4u);
  EXPECT_LE(server_.requests().size(), 2u);
}

TEST_F(FailingSubagents, AMissingKeyIsSaidBeforeThePlan) {
  profile_.key_env = {"KINDLING_TEST_NO_SUCH_KEY"};
  const auto answer = contemplated();
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::authentication);
  EXPECT_TRUE(plans_.empty());
}

TEST_F(FailingSubagents, AFailedReductionLeavesTheirStatements) {
  server_.respond_with([](const RecordedRequest& request) {
    return is_reduction(request.json) ? error_reply(400, "too deep", "invalid_request_error", "bad")
                                      : quoting_reply(request);
  });
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  EXPECT_EQ(answer->finish, Finish::incomplete);
  EXPECT_EQ(answer->citations.size(), 4u) << answer->text;
  for (const Citation& citation : answer->citations) EXPECT_TRUE(citation.verified);
  EXPECT_EQ(streamed_, answer->text);
}

TEST_F(FailingSubagents, CancellationEndsThemAllAtOnce) {
  server_.respond_with([](const RecordedRequest& request) {
    Reply reply = quoting_reply(request);
    reply.pause = 60'000ms;
    return reply;
  });
  Cancellation cancellation;
  std::jthread canceller([&] {
    while (server_.requests().size() < 4) std::this_thread::sleep_for(5ms);
    cancellation.cancel();
  });
  const Stopwatch watch;
  const auto answer = contemplated("Which surveyor opened which lock of a canal?", cancellation);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::cancelled);
  EXPECT_LT(watch.seconds(), 10);
  EXPECT_EQ(server_.requests().size(), 4u);
}

}  // namespace
}  // namespace kindling
