// What an asker gets while the endpoint is down, over a real socket.

#include "engine/answer/fallback.h"

#include <gtest/gtest.h>

#include "engine/answer/conversation.h"
#include "engine/endpoint/refusal.h"
#include "tests/engine/small_index.h"
#include "tests/support/chat_endpoint.h"

namespace kindling {
namespace {

class Fallback : public testing::Test {
 protected:
  Fallback() : profile_(find_profile("local").value()) {
    profile_.key_env.clear();
    profile_.timeouts.retries_max = 1;
    profile_.timeouts.retry_base = std::chrono::milliseconds(1);
    options_.endpoint.base_url = server_.base_url();
    options_.evidence_threshold = 0;
  }

  Result<Answer> ask_model(const std::string& text = "When was the canal dug?") {
    return ask(
        index_.snapshot(), &index_.encoder(), {.text = text, .mode = SearchMode::hybrid, .filter = {}},
        &profile_, options_,
        [&](std::string_view piece) {
          streamed_ += piece;
          return true;
        },
        cancellation_);
  }

  void always(Reply reply) {
    server_.respond_with([reply](const RecordedRequest&) { return reply; });
  }

  SmallIndex index_{
      {{"canal.txt", "The canal was dug by hand between 1791 and 1794. It has 17 locks.", "Canal"},
       {"bakery.txt", "The bakery opens at five in the morning. Its rye bread rests for thirty hours.",
        "Bakery"}}};
  ChatEndpointServer server_;
  ModelProfile profile_;
  AskOptions options_;
  Cancellation cancellation_;
  std::string streamed_;
};

void expect_sentences(const Result<Answer>& answer, std::string_view because) {
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  EXPECT_EQ(answer->fallback, "extractive");
  EXPECT_EQ(answer->finish, Finish::stop);
  EXPECT_NE(answer->text.find("1791"), std::string::npos);
  EXPECT_NE(answer->note.find(because), std::string::npos) << answer->note;
  ASSERT_FALSE(answer->citations.empty());
  for (const Citation& citation : answer->citations) EXPECT_TRUE(citation.verified);
}

TEST_F(Fallback, AFailingServerIsReplacedAndNamed) {
  for (const int status : {500, 502, 503, 529}) {
    always(error_reply(status, "overloaded with work", "server_error", "overloaded"));
    streamed_.clear();
    const auto answer = ask_model();
    expect_sentences(answer, "status " + std::to_string(status) + ": overloaded with work");
    if (answer.ok()) {
      EXPECT_EQ(streamed_, answer->text);
    }
  }
}

TEST_F(Fallback, SoIsOneThatIsAskedTooOften) {
  always(error_reply(429, "slow down", "rate_limit_error", "rate_limit"));
  expect_sentences(ask_model(), "slow down");
}

TEST_F(Fallback, SoIsOneThatIsNotThere) {
  options_.endpoint.base_url = "http://127.0.0.1:9/v1";
  expect_sentences(ask_model(), "127.0.0.1:9");
}

TEST_F(Fallback, SoIsOneThatDoesNotAnswer) {
  Reply reply = plain_reply(200, "text/event-stream", "");
  reply.framing = Reply::Framing::chunked;
  reply.ending = Reply::Ending::stall;
  always(reply);
  profile_.timeouts.first_token = std::chrono::milliseconds(50);
  profile_.timeouts.retries_max = 0;
  const auto answer = ask_model();
  expect_sentences(answer, "within 0.05 s");
  for (const auto& [stage, ms] : answer->timings_ms) {
    if (stage == "total" || stage == "first_token") {
      EXPECT_GE(ms, 50) << stage;  // the wait was part of it
    }
  }
}

TEST_F(Fallback, RequiredCitationsHold) {
  options_.require_citations = true;
  always(error_reply(503, "down", "server_error", "overloaded"));
  expect_sentences(ask_model(), "down");
}

TEST_F(Fallback, WhatTheUserMustMendStaysAnError) {
  const std::vector<std::pair<Reply, ErrorCode>> cases{
      {error_reply(401, "no such key", "authentication_error", "invalid_api_key"), ErrorCode::authentication},
      {error_reply(403, "not yours", "permission_error", "forbidden"), ErrorCode::authentication},
      {error_reply(404, "no such model", "invalid_request_error", "model_not_found"),
       ErrorCode::endpoint_refused},
      {error_reply(400, "no such parameter", "invalid_request_error", "bad"), ErrorCode::endpoint_refused},
      {error_reply(429, "pay first", "insufficient_quota", "insufficient_quota"), ErrorCode::endpoint_refused}};
  for (const auto& [reply, code] : cases) {
    always(reply);
    const auto answer = ask_model();
    ASSERT_FALSE(answer.ok()) << answer->text;
    EXPECT_EQ(answer.error().code, code);
    EXPECT_EQ(streamed_, "");
  }
}

TEST_F(Fallback, CanBeForbidden) {
  options_.fallback = false;
  always(error_reply(503, "down", "server_error", "overloaded"));
  const auto answer = ask_model();
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::endpoint_refused);
}

TEST_F(Fallback, WhatWasShownIsKeptAndNotReplaced) {
  StreamScript script;
  script.tokens = {"The canal ", "was dug ", "by hand [1]."};
  always(stop_after_tokens(script, 2, Reply::Ending::cut));
  const auto answer = ask_model();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->finish, Finish::incomplete);
  EXPECT_EQ(answer->fallback, "");
  EXPECT_EQ(answer->text, "The canal was dug ");
}

TEST_F(Fallback, ThereIsNothingToFallBackOnWhenTheCollectionDoesNotSay) {
  options_.evidence_threshold = 1;
  always(error_reply(503, "down", "server_error", "overloaded"));
  const auto answer = ask_model("Which quark did the tungsten ambassador marry?");
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::endpoint_refused);
}

TEST_F(Fallback, ACancelledQuestionStaysCancelled) {
  cancellation_.cancel();
  const auto answer = ask_model();
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::cancelled);
}

TEST_F(Fallback, AConversationRemembersItOnce) {
  Conversation conversation;
  options_.conversation = &conversation;
  always(error_reply(503, "down", "server_error", "overloaded"));
  expect_sentences(ask_model(), "down");
  EXPECT_TRUE(conversation.passages().empty());
  const auto follow_up = ask_model("How many locks has it?");
  ASSERT_TRUE(follow_up.ok());
  EXPECT_NE(follow_up->text.find("17 locks"), std::string::npos);
}

TEST_F(Fallback, BudgetsAndInstructionsOfAModelDoNotStandInItsWay) {
  options_.pack.budget = 20'000;  // more than sentences are chosen from
  always(error_reply(503, "down", "server_error", "overloaded"));
  expect_sentences(ask_model(), "down");
}

TEST(EndpointDown, IsToldFromTheErrorAlone) {
  const auto refused = [](std::string why, std::string mend = "") {
    return Error{ErrorCode::endpoint_refused, "https://example.org/v1", std::move(why), std::move(mend)};
  };
  EXPECT_TRUE(is_endpoint_down(refused("status 500: x")));
  EXPECT_TRUE(is_endpoint_down(refused("status 408: x")));
  EXPECT_TRUE(is_endpoint_down(refused(std::string(own_limits_words) + "x leave no room for 9 s")));
  EXPECT_FALSE(is_endpoint_down(refused("status 5000000000000: x")));
  EXPECT_FALSE(is_endpoint_down(refused("status : x")));
  EXPECT_FALSE(is_endpoint_down(refused("status 301: x")));
  EXPECT_FALSE(is_endpoint_down(refused("x status 500")));
  EXPECT_FALSE(is_endpoint_down({ErrorCode::context_overflow, "", "status 500: x", ""}));
}

}  // namespace
}  // namespace kindling
