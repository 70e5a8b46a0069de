#include "tests/support/chat_endpoint.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/env.h"
#include "base/log.h"
#include "engine/generator.h"
#include "net/http_client.h"
#include "tests/engine_endpoint/asking.h"
#include "tests/support/environment.h"

namespace kindling {
namespace {

using namespace std::chrono_literals;

class ChatEndpointTest : public AskingTest {
 protected:
  static EndpointLimits short_limits() {
    EndpointLimits limits;
    limits.first_token = 200ms;
    limits.idle = 150ms;
    limits.total = 5'000ms;
    limits.retry_base = 4ms;
    return limits;
  }

  std::unique_ptr<ChatEndpoint> open(const EndpointLimits& limits = short_limits()) const {
    EndpointOverrides overrides;
    overrides.base_url = server_.base_url();
    overrides.limits = limits;
    return ChatEndpoint::open(find_profile("muse-spark").value(), overrides).value();
  }

  Result<Generation> ask(const GenerationRequest& request = question()) {
    shown_.clear();
    endpoint_ = open();
    return endpoint_->complete(request, show_, never_cancelled());
  }

  // The answer to one fault, whose request must not be repeated unless `times` says so.
  Result<Generation> ask_with_fault(std::string_view name, std::size_t repeated = 1) {
    const NamedFault& fault = fault_named(name);
    server_.respond_with(fault.reply);
    auto generation = ask();
    EXPECT_EQ(server_.requests().size(), repeated) << name;
    return generation;
  }

  static const NamedFault& fault_named(std::string_view name) {
    for (const NamedFault& fault : chat_faults()) {
      if (fault.name == name) return fault;
    }
    ADD_FAILURE() << "no fault " << name;
    return chat_faults().front();
  }
};

TEST_F(ChatEndpointTest, StreamsAnAnswerWithItsUsageAndCost) {
  StreamScript script;
  script.usage = usage_json(1'000, 100, 200, 40);
  server_.reply_next({stream_reply(script)});
  const auto generation = ask();
  ASSERT_TRUE(generation.ok()) << generation.error().sentence();
  EXPECT_EQ(generation->text, "Hello world.");
  EXPECT_EQ(shown_, generation->text);
  EXPECT_EQ(generation->finish, Finish::stop);
  EXPECT_EQ(generation->note, "");
  EXPECT_GE(generation->first_token_ms, 0);
  EXPECT_TRUE(generation->usage.reported);
  EXPECT_EQ(generation->usage.prompt_tokens, 1'000u);
  EXPECT_EQ(generation->usage.cached_tokens, 200u);
  EXPECT_EQ(generation->usage.reasoning_tokens, 40u);
  EXPECT_NEAR(generation->usage.cost, (.8 * 1.25 + .2 * .15 + .1 * 4.25) / 1e3, 1e-12);
}

TEST_F(ChatEndpointTest, SendsTheKeyAndTheMessagesAndNothingOfTheKeyInTheBody) {
  ASSERT_TRUE(ask().ok());
  const RecordedRequest request = server_.requests().at(0);
  EXPECT_EQ(request.target, "/v1/chat/completions");
  EXPECT_EQ(request.header("authorization"), "Bearer " + std::string(key));
  EXPECT_EQ(request.header("content-type"), "application/json");
  EXPECT_EQ(request.json["messages"].items().size(), 2u);
  EXPECT_EQ(request.body.find(key), std::string::npos);
}

TEST_F(ChatEndpointTest, TheTestServerQuotesThePassage) { EXPECT_EQ(ask()->text, "Cats sleep a lot. [1]"); }

TEST_F(ChatEndpointTest, WithoutAStreamTheAnswerComesWhole) {
  GenerationRequest request = question();
  request.stream = false;
  const auto generation = ask(request);
  ASSERT_TRUE(generation.ok()) << generation.error().sentence();
  EXPECT_EQ(generation->text, "Cats sleep a lot. [1]");
  EXPECT_EQ(shown_, generation->text);
  EXPECT_TRUE(generation->usage.reported);
}

TEST_F(ChatEndpointTest, AskingAgainUsesTheSameConnection) {
  endpoint_ = open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(endpoint_->complete(question(), show_, never_cancelled()).ok());
  EXPECT_EQ(server_.connections(), 1u);
}

TEST_F(ChatEndpointTest, HarmlessOdditiesChangeNothing) {
  for (const auto name : {"slow-first-token", "no-done", "done-only", "until-close", "crlf", "cr",
                          "byte-order-mark", "comments", "named-events", "wrong-content-type",
                          "whole-answer-for-stream", "missing-usage", "reasoning-field", "inline-think"}) {
    server_.respond_with(fault_named(name).reply);
    const auto generation = ask();
    ASSERT_TRUE(generation.ok()) << name << ": " << generation.error().sentence();
    EXPECT_EQ(generation->text, "Hello world.") << name;
    EXPECT_EQ(shown_, generation->text) << name;
    EXPECT_EQ(generation->finish, Finish::stop) << name;
    EXPECT_EQ(generation->note, "") << name;
  }
}

TEST_F(ChatEndpointTest, CharactersCutBetweenBytesStayWhole) {
  EXPECT_EQ(ask_with_fault("one-byte-pieces")->text, "Grüße, 世界 🙂.");
}

TEST_F(ChatEndpointTest, WithoutUsageTheCountsAreOurs) {
  GenerationRequest request = question();
  request.prompt_tokens_expected = 42;
  server_.reply_next({stream_reply({})});
  const Usage usage = ask(request)->usage;
  EXPECT_FALSE(usage.reported);
  EXPECT_EQ(usage.prompt_tokens, 42u);
  EXPECT_GT(usage.completion_tokens, 0u);
  EXPECT_GT(usage.cost, 0);
}

TEST_F(ChatEndpointTest, EachFinishReasonIsKept) {
  EXPECT_EQ(ask_with_fault("length")->finish, Finish::length);
  EXPECT_EQ(ask_with_fault("content-filter", 2)->finish, Finish::refused);
  const auto tools = ask_with_fault("tool-calls", 3);
  EXPECT_EQ(tools->finish, Finish::incomplete);
  EXPECT_NE(tools->note.find("tool"), std::string::npos);
}

TEST_F(ChatEndpointTest, AnAnswerEatenByReasoningSaysSo) {
  const auto generation = ask_with_fault("empty-with-length");
  ASSERT_TRUE(generation.ok());
  EXPECT_EQ(generation->text, "");
  EXPECT_EQ(generation->finish, Finish::length);
  EXPECT_NE(generation->note.find("reasoning"), std::string::npos);
}

TEST_F(ChatEndpointTest, TheModelsRefusalIsToldApartFromItsText) {
  Reply reply = stop_after_tokens({}, 0, Reply::Ending::whole);
  reply.pieces.push_back({event_text(chunk_json(Json::object({{"refusal", "I cannot help."}}), "stop")), {}});
  server_.reply_next({reply});
  const auto generation = ask();
  EXPECT_EQ(generation->text, "");
  EXPECT_EQ(generation->finish, Finish::refused);
  EXPECT_NE(generation->note.find("I cannot help."), std::string::npos);
}

TEST_F(ChatEndpointTest, ABreakAfterTheFirstTokenKeepsThePartAndIsNeverRepeated) {
  std::size_t asked = 0;
  for (const auto name : {"cut-in-stream", "stall-in-stream", "ends-without-finish", "error-event"}) {
    const auto generation = ask_with_fault(name, ++asked);
    ASSERT_TRUE(generation.ok()) << name << ": " << generation.error().sentence();
    EXPECT_EQ(generation->text, "Hello ") << name;
    EXPECT_EQ(shown_, "Hello ") << name;
    EXPECT_EQ(generation->finish, Finish::incomplete) << name;
    EXPECT_FALSE(generation->note.empty()) << name;
  }
}

TEST_F(ChatEndpointTest, FailuresBeforeTheFirstTokenAreRepeatedTwice) {
  std::size_t asked = 0;
  for (const auto& [name, code] :
       {std::pair{"close-at-once", ErrorCode::endpoint_unreachable},
        std::pair{"cut-before-token", ErrorCode::endpoint_unreachable},
        std::pair{"empty-200", ErrorCode::endpoint_unreachable},
        std::pair{"stall-before-answer", ErrorCode::timed_out},
        std::pair{"comments-only", ErrorCode::timed_out},
        std::pair{"error-in-200", ErrorCode::endpoint_refused},
        std::pair{"error-event-first", ErrorCode::endpoint_refused},
        std::pair{"no-body", ErrorCode::endpoint_refused}, std::pair{"html-502", ErrorCode::endpoint_refused},
        std::pair{"html-429", ErrorCode::endpoint_refused},
        std::pair{"429-seconds", ErrorCode::endpoint_refused},
        std::pair{"429-date", ErrorCode::endpoint_refused}}) {
    const auto generation = ask_with_fault(name, asked += 3);
    ASSERT_FALSE(generation.ok()) << name;
    EXPECT_EQ(generation.error().code, code) << name << ": " << generation.error().sentence();
    EXPECT_TRUE(generation.error().where.starts_with(server_.base_url())) << generation.error().where;
    EXPECT_TRUE(shown_.empty()) << name;
  }
}

TEST_F(ChatEndpointTest, FinalRefusalsAreAskedOnce) {
  std::size_t asked = 0;
  for (const auto& [name, code, said] : std::vector<std::tuple<const char*, ErrorCode, const char*>>{
           {"bad-key", ErrorCode::authentication, "refuses the key"},
           {"forbidden", ErrorCode::authentication, "no access"},
           {"no-such-model", ErrorCode::endpoint_refused, "does not exist"},
           {"html-403", ErrorCode::endpoint_refused, "gateway or firewall"},
           {"html-200", ErrorCode::endpoint_refused, "Welcome to our intranet"},
           {"quota", ErrorCode::endpoint_refused, "quota"},
           {"429-no-retry", ErrorCode::endpoint_refused, "Rate limit"},
           {"error-as-text", ErrorCode::endpoint_refused, "model not loaded"},
           {"error-in-array", ErrorCode::endpoint_refused, "Invalid argument"},
           {"error-vllm", ErrorCode::endpoint_refused, "bad parameter"},
           {"error-detail", ErrorCode::endpoint_refused, "field required"},
           {"not-json-event", ErrorCode::endpoint_refused, "not JSON"}}) {
    const auto generation = ask_with_fault(name, ++asked);
    ASSERT_FALSE(generation.ok()) << name;
    EXPECT_EQ(generation.error().code, code) << name;
    EXPECT_NE(generation.error().why.find(said), std::string::npos)
        << name << ": " << generation.error().sentence();
  }
}

TEST_F(ChatEndpointTest, AnEventWithoutEndIsTooLarge) {
  server_.respond_with(fault_named("huge-event").reply);
  endpoint_ = open(EndpointLimits());
  const auto generation = endpoint_->complete(question(), show_, never_cancelled());
  ASSERT_FALSE(generation.ok());
  EXPECT_EQ(generation.error().code, ErrorCode::too_large);
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(ChatEndpointTest, AnOverflowTellsTheEndpointsOwnCount) {
  std::size_t asked = 0;
  for (const auto& [name, tokens, window] :
       {std::tuple{"overflow-openai", 4120u, 4097u}, std::tuple{"overflow-vllm", 1015u, 1024u},
        std::tuple{"overflow-llama-cpp", 5000u, 4096u}}) {
    const auto generation = ask_with_fault(name, ++asked);
    ASSERT_FALSE(generation.ok());
    EXPECT_EQ(generation.error().code, ErrorCode::context_overflow);
    ASSERT_TRUE(endpoint_->overflow());
    EXPECT_EQ(endpoint_->overflow()->tokens, tokens);
    EXPECT_EQ(endpoint_->overflow()->window, window);
  }
  server_.respond_with(quoting_reply);
  ASSERT_TRUE(endpoint_->complete(question(), show_, never_cancelled()).ok());
  EXPECT_FALSE(endpoint_->overflow());
}

TEST_F(ChatEndpointTest, SucceedsAfterARetry) {
  for (const auto name :
       {"429-milliseconds", "html-502", "close-at-once", "cut-before-token", "error-in-200"}) {
    server_.reply_next({fault_named(name).reply({}), fault_named(name).reply({})});
    const auto generation = ask();
    ASSERT_TRUE(generation.ok()) << name << ": " << generation.error().sentence();
    EXPECT_EQ(shown_, "Cats sleep a lot. [1]") << name;
  }
}

TEST_F(ChatEndpointTest, WaitsAsLongAsTheServerAsks) {
  for (const auto& [name, ms] : {std::pair{"429-seconds", 50.0}, std::pair{"429-milliseconds", 30.0}}) {
    server_.reply_next({fault_named(name).reply({})});
    endpoint_ = open();
    const Stopwatch watch;
    ASSERT_TRUE(endpoint_->complete(question(), show_, never_cancelled()).ok());
    EXPECT_GE(watch.milliseconds(), ms) << name;
  }
}

TEST_F(ChatEndpointTest, ThinkingIsGivenTimeUntilItSpeaksAndNoneToFallSilent) {
  Reply slow = stop_after_tokens({}, 2, Reply::Ending::stall);
  slow.pieces.at(1).pause = 300ms;  // longer than the limits for the first token and for silence
  server_.respond_with([slow](const RecordedRequest&) { return slow; });
  GenerationRequest request = question();
  EXPECT_FALSE(ask(request).ok());
  request.thinking = ThinkingMode::thinking;
  const Stopwatch watch;
  const auto generation = ask(request);
  ASSERT_TRUE(generation.ok()) << generation.error().sentence();
  EXPECT_EQ(generation->text, "Hello ");
  EXPECT_LT(watch.milliseconds(), 2'000);
}

TEST_F(ChatEndpointTest, ASilentCutOfThePromptIsNoticed) {
  GenerationRequest request = question();
  request.messages.back().content += std::string(400'000, '.');
  request.prompt_tokens_expected = 100'000;
  StreamScript script;
  script.usage = usage_json(2'048, 5);
  server_.reply_next({stream_reply(script)});
  EXPECT_NE(ask(request)->note.find("cut the prompt"), std::string::npos);
  script.usage = usage_json(90'000, 5);
  server_.reply_next({stream_reply(script)});
  EXPECT_EQ(ask(request)->note, "");
}

TEST_F(ChatEndpointTest, TheUserCanStopTheAnswer) {
  StreamScript script;
  script.tokens.assign(1'000, "word ");
  server_.reply_next({stream_reply(script)});
  endpoint_ = open();
  int tokens = 0;
  const auto generation = endpoint_->complete(
      question(), [&](std::string_view) { return ++tokens < 3; }, never_cancelled());
  ASSERT_TRUE(generation.ok());
  EXPECT_EQ(tokens, 3);
  EXPECT_EQ(generation->text, "word word word ");
  EXPECT_EQ(generation->finish, Finish::incomplete);
}

TEST_F(ChatEndpointTest, TheProfilesTimesHoldUnlessTheyAreOverridden) {
  server_.respond_with(fault_named("stall-before-answer").reply);
  ModelProfile profile = find_profile("muse-spark").value();
  profile.timeouts.first_token = 100ms;
  profile.timeouts.retries_max = 0;
  EndpointOverrides overrides;
  overrides.base_url = server_.base_url();
  const Stopwatch watch;
  endpoint_ = ChatEndpoint::open(profile, overrides).value();
  EXPECT_EQ(endpoint_->complete(question(), show_, never_cancelled()).error().code, ErrorCode::timed_out);
  EXPECT_LT(watch.milliseconds(), 5'000);
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(ChatEndpointTest, SeveralEndpointsShareTheConnectionsOfOneClient) {
  EndpointOverrides overrides;
  overrides.base_url = server_.base_url();
  overrides.http = HttpClient::create().value();
  for (int i = 0; i < 3; ++i) {
    endpoint_ = ChatEndpoint::open(find_profile("muse-spark").value(), overrides).value();
    ASSERT_TRUE(endpoint_->complete(question(), show_, never_cancelled()).ok());
  }
  EXPECT_EQ(server_.connections(), 1u);
}

// Cancels after a moment; gives the time from the cancellation to the end.
template <typename Call>
double cancelled_within_ms(Cancellation& cancellation, Call call) {
  const Stopwatch watch;
  double cancelled_at = 0;
  std::thread user([&] {
    std::this_thread::sleep_for(60ms);
    cancelled_at = watch.milliseconds();
    cancellation.cancel();
  });
  call();
  const double ended_at = watch.milliseconds();
  user.join();
  return ended_at - cancelled_at;
}

TEST_F(ChatEndpointTest, CancellationEndsEveryWaitWithinATenthOfASecond) {
  EndpointLimits patient;
  patient.retry_base = 5'000ms;
  for (const auto name :
       {"stall-before-answer", "comments-only", "no-body"}) {  // no-body: in the pause before a retry
    server_.respond_with(fault_named(name).reply);
    endpoint_ = open(patient);
    Cancellation cancellation;
    std::optional<Result<Generation>> generation;
    EXPECT_LT(cancelled_within_ms(cancellation,
                                  [&] { generation = endpoint_->complete(question(), show_, cancellation); }),
              100)
        << name;
    ASSERT_FALSE(generation->ok()) << name;
    EXPECT_EQ(generation->error().code, ErrorCode::cancelled) << name;
  }
}

TEST_F(ChatEndpointTest, CancellationInTheMiddleKeepsThePart) {
  server_.respond_with(fault_named("stall-in-stream").reply);
  endpoint_ = open(EndpointLimits());
  Cancellation cancellation;
  std::optional<Result<Generation>> generation;
  EXPECT_LT(cancelled_within_ms(cancellation,
                                [&] { generation = endpoint_->complete(question(), show_, cancellation); }),
            100);
  for (int i = 0; i < 100 && server_.open_connections() > 0; ++i) std::this_thread::sleep_for(2ms);
  EXPECT_EQ(server_.open_connections(), 0u) << "the connection was not closed at once";
  ASSERT_TRUE(generation->ok());
  EXPECT_EQ((*generation)->text, "Hello ");
  EXPECT_EQ((*generation)->finish, Finish::incomplete);
}

TEST_F(ChatEndpointTest, TheKeyIsShownNowhere) {
  set_log_level(LogLevel::debug);
  testing::internal::CaptureStderr();
  for (const NamedFault& fault : chat_faults()) {
    if (fault.name == "comments-only" || fault.name == "huge-event") continue;  // slow, and tested above
    server_.respond_with([&fault](const RecordedRequest& request) {  // faults live as long as the program
      Reply reply = fault.reply(request);
      const std::string echo(request.header("authorization"));
      for (Reply::Piece& piece : reply.pieces) {  // a server that repeats the key in every message
        for (std::size_t at = piece.bytes.find("\"message\":\""); at != std::string::npos;
             at = piece.bytes.find("\"message\":\"", at + 20)) {
          piece.bytes.insert(at + 11, echo + " ");
        }
        if (const std::size_t title = piece.bytes.find("<title>"); title != std::string::npos)
          piece.bytes.insert(title + 7, echo);
      }
      return reply;
    });
    EndpointLimits limits = short_limits();
    limits.idle = limits.first_token = 30ms;
    limits.retries_max = 1;
    endpoint_ = open(limits);
    const auto generation = endpoint_->complete(question(), show_, never_cancelled());
    if (generation.ok()) {
      EXPECT_EQ(generation->note.find(key), std::string::npos) << fault.name;
    } else {
      EXPECT_EQ(generation.error().sentence().find(key), std::string::npos) << fault.name;
    }
  }
  set_log_level(LogLevel::warning);
  const std::string logged = testing::internal::GetCapturedStderr();
  EXPECT_NE(logged.find("asking again"), std::string::npos);
  EXPECT_EQ(logged.find(key), std::string::npos);
}

TEST_F(ChatEndpointTest, WithoutAKeyItSaysWhichVariableToSet) {
  const ScopedEnvironment none{{"META_AI_API_KEY", ""}};
  const auto endpoint = ChatEndpoint::open(find_profile("muse-spark").value(), {});
  ASSERT_FALSE(endpoint.ok());
  EXPECT_EQ(endpoint.error().code, ErrorCode::authentication);
  EXPECT_NE(endpoint.error().why.find("META_AI_API_KEY"), std::string::npos);
  EXPECT_NE(endpoint.error().why.find("MODEL_API_KEY"), std::string::npos);
}

TEST_F(ChatEndpointTest, TheKeyMayComeFromAnotherVariable) {
  const ScopedEnvironment other{{"MY_KEY", "mine\n"}};
  EndpointOverrides overrides;
  overrides.base_url = server_.base_url() + "/";
  overrides.key_env = "MY_KEY";
  endpoint_ = ChatEndpoint::open(find_profile("muse-spark").value(), overrides).value();
  ASSERT_TRUE(endpoint_->complete(question(), show_, never_cancelled()).ok());
  EXPECT_EQ(server_.requests().at(0).header("authorization"), "Bearer mine");
  EXPECT_EQ(server_.requests().at(0).target, "/v1/chat/completions");
}

TEST_F(ChatEndpointTest, AKeyThatCannotBeOneIsRefusedUnseen) {
  const ScopedEnvironment odd{{"META_AI_API_KEY", "two words"}};
  const auto endpoint = ChatEndpoint::open(find_profile("muse-spark").value(), {});
  ASSERT_FALSE(endpoint.ok());
  EXPECT_EQ(endpoint.error().sentence().find("two words"), std::string::npos);
}

TEST_F(ChatEndpointTest, ALocalServerNeedsNoKey) {
  EndpointOverrides overrides;
  overrides.base_url = server_.base_url();
  endpoint_ = ChatEndpoint::open(find_profile("local").value(), overrides).value();
  const auto generation = endpoint_->complete(question(), show_, never_cancelled());
  ASSERT_TRUE(generation.ok());
  EXPECT_EQ(generation->usage.cost, 0);
  EXPECT_EQ(server_.requests().at(0).header("authorization"), "");
}

TEST_F(ChatEndpointTest, SpeaksTlsToATrustedServer) {
  ChatEndpointServer secure({.tls = true});
  EndpointOverrides overrides;
  overrides.base_url = secure.base_url();
  overrides.certificate_file = secure.certificate_file();
  endpoint_ = ChatEndpoint::open(find_profile("muse-spark").value(), overrides).value();
  const auto generation = endpoint_->complete(question(), show_, never_cancelled());
  ASSERT_TRUE(generation.ok()) << generation.error().sentence();
  EXPECT_EQ(generation->text, "Cats sleep a lot. [1]");
}

TEST_F(ChatEndpointTest, RefusesAnAddressThatIsNone) {
  for (const auto url : {"nonsense", "https://user:secret@h/v1", "https://h/v1?key=secret"}) {
    EndpointOverrides overrides;
    overrides.base_url = url;
    const auto endpoint = ChatEndpoint::open(find_profile("muse-spark").value(), overrides);
    ASSERT_FALSE(endpoint.ok());
    EXPECT_EQ(endpoint.error().code, ErrorCode::configuration);
    EXPECT_EQ(endpoint.error().sentence().find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace kindling
