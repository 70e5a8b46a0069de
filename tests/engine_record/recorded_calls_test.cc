// What an endpoint said is recorded as it came, and said again from the record with the same outcome.
#include <gtest/gtest.h>

#include <thread>

#include "engine/endpoint/call_recorder.h"
#include "engine/endpoint/shipped_profiles.h"
#include "engine/record/call_json.h"
#include "engine/record/replay.h"
#include "tests/engine_endpoint/asking.h"

namespace kindling {
namespace {

class RecordedCalls : public AskingTest {
 protected:
  RecordedCalls() {
    overrides_ = overrides();
    overrides_.recorder = recorder_;
  }

  Result<Generation> ask_recorded(const GenerationRequest& request = question()) {
    shown_.clear();
    return ChatEndpoint::open(profile_, overrides_).value()->complete(request, show_, never_cancelled());
  }

  // Once through JSON, as a file holds it.
  [[nodiscard]] RunRecord record() const {
    RunRecord record;
    record.profile = {"muse-spark", toml(), server_.base_url()};
    record.calls = recorder_->calls();
    return read_record(parse_json(to_string(record_json(record)), record_depth_max).value()).value();
  }

  static std::string toml() {
    for (const ShippedProfile& shipped : shipped_profiles()) {
      if (shipped.name == "muse-spark") return std::string(shipped.toml);
    }
    return "";
  }

  static ReplayReport replayed(const RunRecord& record) {
    return replay_calls(record, Pace::at_once, {}, never_cancelled()).value();
  }

  std::shared_ptr<CallRecorder> recorder_ = std::make_shared<CallRecorder>();
  EndpointOverrides overrides_;
};

std::string described(const ReplayReport& report) {
  std::string text;
  for (const Difference& found : report.differences)
    text += found.what + ": '" + found.recorded + "' / '" + found.now + "'\n";
  return text;
}

TEST_F(RecordedCalls, EveryFaultComesOutAsItDid) {
  for (const NamedFault& fault : chat_faults()) {
    if (fault.name == "huge-event") continue;  // has a test of its own: 20 MB of x
    recorder_ = std::make_shared<CallRecorder>();
    overrides_.recorder = recorder_;
    server_.respond_with(fault.reply);
    static_cast<void>(ask_recorded());
    const RunRecord run = record();
    ASSERT_EQ(run.calls.size(), 1u) << fault.name;
    const ReplayReport report = replayed(run);
    EXPECT_EQ(described(report), "") << fault.name;
    EXPECT_EQ(report.calls, 1u) << fault.name;
    EXPECT_GE(report.exchanges, 1u) << fault.name;
  }
}

TEST_F(RecordedCalls, ThePiecesAreThoseOfTheWire) {
  server_.respond_with(find_fault("one-byte-pieces")->reply);
  ASSERT_TRUE(ask_recorded().ok());
  const RecordedCall call = record().calls.at(0);
  std::string whole;
  for (const RecordedEvent& event : call.exchanges.at(0).events) whole += event.bytes;
  EXPECT_NE(whole.find("data: [DONE]"), std::string::npos);
  EXPECT_NE(whole.find("世界"), std::string::npos);
  EXPECT_EQ(call.exchanges[0].request, server_.requests().back().body);
  for (std::size_t i = 1; i < call.exchanges[0].events.size(); ++i)
    EXPECT_GE(call.exchanges[0].events[i].ms, call.exchanges[0].events[i - 1].ms);
}

TEST_F(RecordedCalls, AKeyThatTheServerRepeatsIsNotRecorded) {
  const std::string echo = "The key is " + std::string(key) + ", is it not?";
  const auto hides = [&](Reply reply) {
    recorder_ = std::make_shared<CallRecorder>();
    overrides_.recorder = recorder_;
    server_.reply_next({std::move(reply)});
    static_cast<void>(ask_recorded());
    const std::string written = to_string(record_json(record()));
    EXPECT_EQ(written.find(key), std::string::npos) << written;
    EXPECT_NE(written.find("[key]"), std::string::npos) << written;
  };
  StreamScript script;
  script.tokens = {echo};
  hides(stream_reply(script));
  hides(cut_into_pieces(stream_reply(script), 3));
  hides(error_reply(400, echo, "invalid_request_error", "bad"));
}

TEST_F(RecordedCalls, ChangesAreFound) {
  ASSERT_TRUE(ask_recorded().ok());
  const RunRecord good = record();
  ASSERT_EQ(described(replayed(good)), "");

  RunRecord said_otherwise = good;
  auto& events = said_otherwise.calls[0].exchanges[0].events;
  for (RecordedEvent& event : events) {
    if (const auto at = event.bytes.find("Cats"); at != std::string::npos) event.bytes.replace(at, 4, "Dogs");
  }
  EXPECT_NE(described(replayed(said_otherwise)).find("call 1: text: 'Cats"), std::string::npos)
      << described(replayed(said_otherwise));

  RunRecord asked_otherwise = good;
  asked_otherwise.calls[0].output_tokens_max += 1;
  EXPECT_NE(described(replayed(asked_otherwise)).find("call 1: request"), std::string::npos);

  RunRecord asked_twice = good;
  asked_twice.calls[0].exchanges.push_back(asked_twice.calls[0].exchanges[0]);
  EXPECT_NE(described(replayed(asked_twice)).find("requests not made again"), std::string::npos);

  RunRecord failed = good;
  failed.calls[0].generation.reset();
  failed.calls[0].error = Error{ErrorCode::timed_out, "", "it did not answer", ""};
  EXPECT_NE(described(replayed(failed)).find("call 1: outcome: 'it did not answer' / 'an answer'"),
            std::string::npos);
}

TEST_F(RecordedCalls, CallsOfSeveralThreadsAreAllThere) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this, i] {
      GenerationRequest request = question();
      request.messages.back().content += std::to_string(i);
      const auto endpoint = ChatEndpoint::open(profile_, overrides_).value();
      EXPECT_TRUE(endpoint->complete(request, {}, never_cancelled()).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  const RunRecord run = record();
  ASSERT_EQ(run.calls.size(), 8u);
  EXPECT_EQ(described(replayed(run)), "");
  for (std::size_t i = 1; i < run.calls.size(); ++i)
    EXPECT_GE(run.calls[i].begin_ms, run.calls[i - 1].begin_ms);
}

// One client under several endpoints: each finds what was said to it.
TEST_F(RecordedCalls, APlaybackTellsRequestsByTheirBodies) {
  RecordedExchange first;
  first.request = "a";
  first.status = 200;
  first.body = "one";
  RecordedExchange second = first;
  second.request = "b";
  second.body = "two";
  PlaybackClient client({first, second, first}, Pace::at_once);
  const auto said = [&](std::string body) {
    HttpRequest request;
    request.body = std::move(body);
    const auto response = client.send(request, {}, never_cancelled());
    return response.ok() ? response->body : response.error().why;
  };
  EXPECT_EQ(said("b"), "two");
  EXPECT_EQ(client.unused(), 2u);
  EXPECT_EQ(said("a"), "one");
  EXPECT_EQ(said("a"), "one");
  EXPECT_FALSE(client.stranger());
  EXPECT_EQ(said("a"), "this request is not in the record");
  ASSERT_TRUE(client.stranger());
  EXPECT_EQ(client.stranger()->made, "a");
}

TEST_F(RecordedCalls, AtTheRecordedPaceItTakesAsLong) {
  RecordedExchange exchange;
  exchange.status = 200;
  exchange.events = {{30, "a"}, {60, "b"}};
  exchange.total_ms = 80;
  PlaybackClient client({exchange}, Pace::recorded);
  const Stopwatch watch;
  const auto take = [](std::string_view) -> Result<bool> { return true; };
  ASSERT_TRUE(client.send({}, take, never_cancelled()).ok());
  EXPECT_GE(watch.milliseconds(), 80);
}

}  // namespace
}  // namespace kindling
