// Every fault that the test endpoint knows ends in the documented way (docs/endpoint.md).
#include <gtest/gtest.h>

#include <map>
#include <variant>

#include "tests/engine_endpoint/asking.h"

namespace kindling {
namespace {

// A finish with its text, or an error; and how often the server was asked.
struct End {
  std::variant<Finish, ErrorCode> how;
  std::size_t asked = 1;
  std::string_view text = {};
};

constexpr std::string_view hello = "Hello world.";
const End whole{Finish::stop, 1, hello};
const End refused{ErrorCode::endpoint_refused, 1};
const End refused_thrice{ErrorCode::endpoint_refused, 3};
const End unreachable{ErrorCode::endpoint_unreachable, 3};
const End broken{Finish::incomplete, 1, "Hello "};
const End overflow{ErrorCode::context_overflow, 1};

const std::map<std::string_view, End> ends = {
    // Of the connection and of time.
    {"slow-first-token", whole},
    {"slow-tokens", whole},
    {"stall-before-answer", {ErrorCode::timed_out, 3}},
    {"stall-in-stream", broken},
    {"comments-only", {ErrorCode::timed_out, 3}},
    {"close-at-once", unreachable},
    {"cut-before-token", unreachable},
    {"cut-in-stream", broken},
    {"ends-without-finish", broken},
    {"until-close", whole},
    {"empty-200", unreachable},
    {"short-of-its-length", unreachable},
    // Of the stream's form.
    {"no-done", whole},
    {"done-only", whole},
    {"one-byte-pieces", {Finish::stop, 1, "Grüße, 世界 🙂."}},
    {"crlf", whole},
    {"crlf-cut", whole},
    {"cr", whole},
    {"mixed-line-ends", whole},
    {"byte-order-mark", whole},
    {"comments", whole},
    {"named-events", whole},
    {"wrong-content-type", whole},
    {"whole-answer-for-stream", whole},
    {"compressed", refused},
    {"text-200", refused},
    {"not-json-event", refused},
    {"huge-event", {ErrorCode::too_large, 1}},
    // Of the answer's content.
    {"missing-usage", whole},
    {"usage-everywhere", whole},
    {"usage-zero", whole},
    {"usage-huge", whole},
    {"usage-negative", whole},
    {"silent-truncation", whole},
    {"reasoning-field", whole},
    {"reasoning-other-name", whole},
    {"inline-think", whole},
    {"content-filter", {Finish::refused, 1, hello}},
    {"length", {Finish::length, 1, hello}},
    {"empty-with-length", {Finish::length, 1}},
    {"calls-first-tool", {Finish::stop, 1, "## Cats"}},  // none is offered, so it speaks
    {"calls-twice-at-once", {Finish::stop, 1, "Cats sleep a lot. [1]"}},
    {"calls-bad-json", {Finish::stop, 1, "Cats sleep a lot. [1]"}},
    {"calls-unknown-tool", {Finish::stop, 1, "Cats sleep a lot. [1]"}},
    {"calls-bad-arguments", {Finish::stop, 1, "Cats sleep a lot. [1]"}},
    {"calls-endlessly", {Finish::stop, 1, "Cats sleep a lot. [1]"}},
    {"tool-calls", {Finish::incomplete, 1}},
    {"tool-call-cut", unreachable},
    // Errors in a 200.
    {"error-event", broken},
    {"error-event-first", refused_thrice},
    {"error-event-in-array", refused_thrice},
    {"error-in-200", refused_thrice},
    {"html-200", refused},
    // Refusals.
    {"error-as-text", refused},
    {"error-in-array", refused},
    {"error-vllm", refused},
    {"error-detail", refused},
    {"no-such-model", refused},
    {"redirect", refused},
    {"html-403", refused},
    {"bad-key", {ErrorCode::authentication, 1}},
    {"forbidden", {ErrorCode::authentication, 1}},
    {"quota", refused},
    {"408", refused_thrice},
    {"409", refused_thrice},
    {"no-body", refused_thrice},
    {"500-plain-text", refused_thrice},
    {"html-429", refused_thrice},
    {"html-502", refused_thrice},
    {"429-seconds", refused_thrice},
    {"429-milliseconds", refused_thrice},
    {"429-date", refused_thrice},
    {"429-date-soon", refused_thrice},
    {"429-reset-requests", refused_thrice},
    {"429-reset-tokens", refused_thrice},
    {"429-reset-moment", refused_thrice},
    {"429-bare", refused_thrice},
    {"429-too-long", refused_thrice},
    {"429-no-retry", refused},
};

End end_of(std::string_view name) {
  if (name.starts_with("overflow-")) return overflow;
  const auto end = ends.find(name);
  EXPECT_NE(end, ends.end()) << name << " has no documented end";
  return end == ends.end() ? whole : end->second;
}

using FaultsTest = AskingTest;

TEST_F(FaultsTest, EachEndsAsDocumented) {
  std::size_t asked = 0;
  for (const NamedFault& fault : chat_faults()) {
    const End end = end_of(fault.name);
    limits_ = fault.name == "huge-event" ? EndpointLimits() : short_limits();
    server_.respond_with(fault.reply);
    const auto generation = ask();
    const std::size_t asked_before = std::exchange(asked, server_.requests().size());
    EXPECT_EQ(asked - asked_before, end.asked) << fault.name;
    if (const auto* finish = std::get_if<Finish>(&end.how)) {
      ASSERT_TRUE(generation.ok()) << fault.name << ": " << generation.error().sentence();
      EXPECT_EQ(to_string(generation->finish), to_string(*finish)) << fault.name;
      EXPECT_EQ(generation->text, end.text) << fault.name;
      EXPECT_EQ(shown_, end.text) << fault.name;
      const bool nothing_to_say =
          (*finish == Finish::stop && fault.name != "usage-huge") || fault.name == "length";
      EXPECT_EQ(generation->note.empty(), nothing_to_say) << fault.name << ": " << generation->note;
    } else {
      ASSERT_FALSE(generation.ok()) << fault.name;
      EXPECT_EQ(generation.error().code, std::get<ErrorCode>(end.how))
          << fault.name << ": " << generation.error().sentence();
      EXPECT_EQ(shown_, "") << fault.name;
    }
  }
}

// Without a stream everything that is an answer at all comes as one, and nothing is shown of what is none.
TEST_F(FaultsTest, AnswersThatAreNotStreamedEndTheSame) {
  GenerationRequest request = question();
  request.stream = false;
  for (const auto name : {"whole-answer-for-stream", "usage-zero", "usage-huge", "error-in-200", "bad-key",
                          "html-200", "text-200", "compressed", "short-of-its-length", "overflow-vllm"}) {
    const End end = end_of(name);
    server_.respond_with(find_fault(name)->reply);
    const auto generation = ask(request);
    EXPECT_EQ(generation.ok(), std::holds_alternative<Finish>(end.how)) << name;
    if (generation.ok()) {
      EXPECT_EQ(generation->text, end.text) << name;
    } else {
      EXPECT_EQ(generation.error().code, std::get<ErrorCode>(end.how)) << name;
    }
  }
}

TEST_F(FaultsTest, EachServersOverflowTellsItsCountWhereItHasOne) {
  const std::map<std::string_view, std::pair<std::uint64_t, std::uint64_t>> counts = {
      {"overflow-openai", {4120, 4097}},
      {"overflow-openai-completion", {4120, 4097}},
      {"overflow-openai-bare", {0, 0}},
      {"overflow-vllm", {1015, 1024}},
      {"overflow-vllm-output", {2104, 4096}},
      {"overflow-vllm-decoder", {5000, 4096}},
      {"overflow-llama-cpp", {5000, 4096}},
      {"overflow-llama-cpp-python", {5000, 4096}},
      {"overflow-sglang", {5000, 4096}},
      {"overflow-tgi", {5000, 4096}},
      {"overflow-lm-studio", {0, 0}},
      {"overflow-ollama", {0, 0}},
      {"overflow-anthropic", {208310, 200000}},
      {"overflow-gemini", {1200000, 1048576}},
      {"overflow-bedrock", {0, 0}},
      {"overflow-xai", {140000, 131072}},
      {"overflow-mistral", {40000, 32768}},
      {"overflow-moonshot", {140000, 131072}},
      {"overflow-siliconflow", {163280, 32768}},
      {"overflow-openrouter", {136000, 131072}},
      {"overflow-github", {140000, 128000}},
      {"overflow-groq", {0, 0}},
      {"overflow-minimax", {0, 0}},
  };
  for (const NamedFault& fault : chat_faults()) {
    if (!fault.name.starts_with("overflow-")) continue;
    ASSERT_TRUE(counts.contains(fault.name)) << fault.name;
    server_.respond_with(fault.reply);
    ASSERT_FALSE(ask().ok()) << fault.name;
    ASSERT_TRUE(endpoint_->overflow()) << fault.name;
    EXPECT_EQ(endpoint_->overflow()->tokens, counts.at(fault.name).first) << fault.name;
    EXPECT_EQ(endpoint_->overflow()->window, counts.at(fault.name).second) << fault.name;
  }
}

TEST_F(FaultsTest, ACountThatCannotBeRightIsSaidAndNotBelieved) {
  server_.respond_with(find_fault("usage-huge")->reply);
  EXPECT_NE(ask()->note.find("more than the request has bytes"), std::string::npos);
  for (const auto name : {"usage-zero", "usage-negative"}) {
    server_.respond_with(find_fault(name)->reply);
    GenerationRequest request = question();
    request.prompt_tokens_expected = 30;
    const auto generation = ask(request);
    EXPECT_FALSE(generation->usage.reported) << name;
    EXPECT_EQ(generation->usage.prompt_tokens, 30u) << name;
  }
}

TEST_F(FaultsTest, ASilentCutOfALongPromptIsSaid) {
  server_.respond_with(find_fault("silent-truncation")->reply);
  GenerationRequest request = question();
  request.messages.back().content += std::string(40'000, 'x');
  request.prompt_tokens_expected = 10'000;
  EXPECT_NE(ask(request)->note.find("cut the prompt"), std::string::npos);
}

TEST_F(FaultsTest, EachFormOfWaitingAfter429IsObeyed) {
  for (const auto& [name, ms_min, ms_max] :
       {std::tuple{"429-seconds", 50., 5'000.}, std::tuple{"429-milliseconds", 30., 5'000.},
        std::tuple{"429-reset-requests", 40., 5'000.}, std::tuple{"429-reset-tokens", 40., 5'000.},
        std::tuple{"429-reset-moment", 20., 5'000.}, std::tuple{"429-too-long", 0., 5'000.}}) {
    server_.respond_with(wished_reply);
    server_.reply_next({find_fault(name)->reply({})});
    const Stopwatch watch;
    ASSERT_TRUE(ask().ok()) << name;
    EXPECT_GE(watch.milliseconds(), ms_min) << name;
    EXPECT_LT(watch.milliseconds(), ms_max) << name;
  }
}

TEST_F(FaultsTest, AModelMayThinkAloudLongerThanItsFirstTokenMayTake) {
  StreamScript script;
  script.tokens.assign(12, "word ");
  script.pause = std::chrono::milliseconds(40);
  Reply reply = stream_reply(script);
  for (Reply::Piece& piece : reply.pieces) {  // all but the last token is reasoning
    if (&piece + 4 > &reply.pieces.back()) break;
    if (const std::size_t at = piece.bytes.find("\"content\":\"word"); at != std::string::npos)
      piece.bytes.replace(at, 9, "\"reasoning\"");
  }
  server_.respond_with([reply](const RecordedRequest&) { return reply; });
  const auto generation = ask();
  ASSERT_TRUE(generation.ok()) << generation.error().sentence();
  EXPECT_EQ(generation->finish, Finish::stop);
  EXPECT_LE(generation->text.size(), 15u);
}

TEST_F(FaultsTest, TheServerDoesWhatIsWishedByHeaderModelOrQuestion) {
  RecordedRequest request;
  request.json = parse_json(R"({"model":"test:html-502","messages":[{"role":"user","content":"hi"}]})").value();
  EXPECT_EQ(wished_reply(request).status, 502);
  request.json =
      parse_json(R"({"model":"m","messages":[{"role":"user","content":"say fault=quota now"}]})").value();
  EXPECT_EQ(wished_reply(request).status, 429);
  request.headers = {{"x-fault", "no-such-model"}};
  EXPECT_EQ(wished_reply(request).status, 404);
  request.headers = {{"x-fault", "no-such-fault"}};
  EXPECT_EQ(wished_reply(request).status, 200);
}

}  // namespace
}  // namespace kindling
