// Completing pairs against a server on loopback: what it does wrong ends up in the pair and nowhere else.
#include <gtest/gtest.h>

#include "base/json.h"
#include "engine/mirror/complete.h"
#include "engine/mirror/from_run.h"
#include "tests/engine_mirror/mirrored_pair.h"
#include "tests/support/chat_endpoint.h"
#include "tests/support/environment.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

class Completing : public testing::Test {
 protected:
  Completing() {
    profile_.base_url = server_.base_url();
    profile_.key_env = {"AB_TEST_KEY"};
    profile_.timeouts.first_token = profile_.timeouts.idle = std::chrono::milliseconds(300);
    profile_.timeouts.total = std::chrono::milliseconds(1'000);
    profile_.timeouts.retry_base = std::chrono::milliseconds(2);
  }

  FindProfile finder() {
    return [this](const std::string& name) -> Result<ModelProfile> {
      if (name == "local") return profile_;
      return Error{ErrorCode::not_found, name, "no such profile", ""};
    };
  }

  // Of one pair, all the way through the folder.
  Pair completed(const Pair& pair) {
    EXPECT_TRUE(folder_.add(pair));
    run_ = complete_pairs(folder_, finder(), never_cancelled()).value();
    return folder_.read(pair.id).value();
  }

  Pair completed_with_fault(std::string_view fault) {
    server_.respond_with(find_fault(fault)->reply);
    return completed(mirrored_pair());
  }

  TemporaryFolder temporary_;
  PairFolder folder_{system_files(), temporary_.path() / "ab"};
  ChatEndpointServer server_;
  ScopedEnvironment environment_{{"AB_TEST_KEY", "sk-second-secret"},
                                 {"http_proxy", ""},
                                 {"HTTP_PROXY", ""},
                                 {"XDG_CONFIG_HOME", temporary_.path().string()}};
  ModelProfile profile_ = find_profile("local").value();
  MirrorRun run_;
};

TEST_F(Completing, TheSecondModelGetsTheVeryMessagesOfTheFirst) {
  const Pair pair = mirrored_pair();
  const Pair done = completed(pair);
  EXPECT_EQ(run_.answered, 1u);
  ASSERT_EQ(server_.requests().size(), 1u);
  const Json sent = server_.requests()[0].json;
  ASSERT_EQ(sent["messages"].items().size(), pair.messages.size());
  for (std::size_t i = 0; i < pair.messages.size(); ++i) {
    EXPECT_EQ(sent["messages"].items()[i]["role"].as_string(), pair.messages[i].role);
    EXPECT_EQ(sent["messages"].items()[i]["content"].as_string(), pair.messages[i].content);
  }
  EXPECT_TRUE(done.complete);
  EXPECT_TRUE(done.second.answered()) << done.second.error;
  EXPECT_FALSE(done.second.text.empty());
  EXPECT_EQ(done.second.finish, "stop");
  EXPECT_GE(done.second.first_token_ms, 0);
  EXPECT_GE(done.second.total_ms, done.second.first_token_ms);
  EXPECT_TRUE(done.second.usage.reported);
  EXPECT_EQ(done.first.text, pair.first.text);
}

TEST_F(Completing, EveryFaultEndsInThePair) {
  for (const auto& [fault, code] :
       std::vector<std::pair<std::string_view, std::string_view>>{{"html-200", "endpoint_refused"},
                                                                  {"quota", "endpoint_refused"},
                                                                  {"overflow-openai", "context_overflow"},
                                                                  {"stall-before-answer", "timed_out"},
                                                                  {"not-json-event", "endpoint_refused"}}) {
    const Pair done = completed_with_fault(fault);
    EXPECT_EQ(done.second.error_code, code) << fault << ": " << done.second.error;
    EXPECT_FALSE(done.second.error.empty());
    EXPECT_EQ(run_.failed, 1u);
  }
}

TEST_F(Completing, WhatASecondModelLiesAboutIsKeptAsItSaidIt) {
  const Pair done = completed_with_fault("usage-huge");
  EXPECT_TRUE(done.second.answered());
  EXPECT_FALSE(done.second.note.empty());
}

TEST_F(Completing, APartialAnswerIsKeptAsSuch) {
  const Pair done = completed_with_fault("cut-in-stream");
  EXPECT_TRUE(done.second.answered());
  EXPECT_EQ(done.second.finish, "incomplete");
}

TEST_F(Completing, NoKeyAndNoProfileAreNoFaultOfTheModel) {
  Pair pair = mirrored_pair("no-such-model");
  EXPECT_EQ(completed(pair).second.error_code, not_sent);
  const ScopedEnvironment without{{"AB_TEST_KEY", ""}};
  EXPECT_EQ(completed(mirrored_pair()).second.error_code, not_sent);
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(Completing, AKeyIsInNoFile) {
  server_.respond_with([](const RecordedRequest&) {
    return error_reply(400, "bad request by sk-second-secret", "invalid_request_error", "bad");
  });
  const Pair done = completed(mirrored_pair());
  EXPECT_EQ(to_string(to_json(done)).find("sk-second-secret"), std::string::npos);
  EXPECT_NE(done.second.error.find("bad request"), std::string::npos);
}

// Nothing is cut to fit: it is not sent, and the pair says why.
TEST_F(Completing, ASmallerWindowIsRecordedAsSuch) {
  profile_.window = 300;
  Pair pair = mirrored_pair();
  pair.messages[1].content += std::string(4'000, 'x');
  const Pair done = completed(pair);
  EXPECT_EQ(done.second.error_code, "context_overflow");
  EXPECT_NE(done.second.error.find("window of 300"), std::string::npos) << done.second.error;
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(Completing, PicturesAreNotMirrored) {
  Pair pair = mirrored_pair();
  pair.messages[1].media = {"image tide.png sha256:00"};
  EXPECT_EQ(completed(pair).second.error_code, not_sent);
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(Completing, ACancelledPairWaitsAgain) {
  ASSERT_TRUE(folder_.add(mirrored_pair()));
  Cancellation cancellation;
  cancellation.cancel();
  const auto run = complete_pairs(folder_, finder(), cancellation);
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, ErrorCode::cancelled);
  EXPECT_EQ(folder_.counts()->waiting, 1u);
  EXPECT_EQ(folder_.counts()->sending, 0u);
}

// A process that was killed between claiming and finishing.
TEST_F(Completing, WhatADeadProcessLeftIsNotSentTwice) {
  const Pair pair = mirrored_pair();
  ASSERT_TRUE(folder_.add(pair));
  {
    const auto slot = folder_.take_slot().value();
    ASSERT_TRUE(folder_.claim(*slot).value());
  }
  run_ = complete_pairs(folder_, finder(), never_cancelled()).value();
  EXPECT_EQ(run_.failed, 1u);
  EXPECT_EQ(folder_.read(pair.id)->second.error_code, not_sent);
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(Completing, WhenAllSlotsAreTakenTheyDoIt) {
  ASSERT_TRUE(folder_.add(mirrored_pair()));
  const auto one = folder_.take_slot().value();
  const auto two = folder_.take_slot().value();
  EXPECT_TRUE(complete_pairs(folder_, finder(), never_cancelled())->busy);
  EXPECT_EQ(folder_.counts()->waiting, 1u);
}

TEST(FromRun, OneCallBecomesAPairAndSeveralDoNot) {
  RecordedCall call;
  call.output_tokens_max = 700;
  call.generation.emplace();
  call.generation->text = "By hand [1].";
  call.generation->first_token_ms = 20;
  call.generation->limited_ms = 1'000;
  RecordedExchange exchange;
  exchange.request =
      R"({"model":"muse-spark","messages":[{"role":"system","content":"S"},{"role":"user","content":"[1] x"}],"max_tokens":700})";
  exchange.begin_ms = 1'000;
  exchange.total_ms = 80;
  call.exchanges = {exchange};
  Answer answer;
  answer.passages = mirrored_pair().passages;
  const ModelProfile profile = find_profile("muse-spark").value();

  const auto pair = waiting_pair("How?", profile, "local", std::vector{call}, answer);
  ASSERT_TRUE(pair) << pair.error().sentence();
  EXPECT_EQ(pair->messages[1].content, "[1] x");
  EXPECT_EQ(pair->output_tokens_max, 700u);
  EXPECT_EQ(pair->first.text, "By hand [1].");
  EXPECT_NEAR(pair->first.total_ms, 80, 1e-9);
  EXPECT_EQ(pair->second.profile, "local");
  EXPECT_EQ(pair->passages.size(), 1u);

  RecordedCall refused = call;  // an overflow that was repaired: the second request is the pack
  refused.generation.reset();
  refused.error = Error{ErrorCode::context_overflow, "", "too long", ""};
  EXPECT_TRUE(waiting_pair("How?", profile, "local", std::vector{refused, call}, answer));
  EXPECT_FALSE(waiting_pair("How?", profile, "local", std::vector{call, call}, answer));
  EXPECT_FALSE(waiting_pair("How?", profile, "local", {}, answer));
}

}  // namespace
}  // namespace kindling
