#include "engine/record/call_json.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "engine/endpoint/chat_request.h"
#include "engine/record/message_reader.h"

namespace kindling {
namespace {

std::string random_bytes(std::mt19937& random, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(random() % 256);
  return bytes;
}

RecordedCall round_trip(const RecordedCall& call) {
  const Json again = parse_json(to_string(call_json(call))).value();
  return read_call(again).value();
}

TEST(CallJson, BytesOfAnyKindComeBack) {
  std::mt19937 random(7);
  for (std::size_t size = 0; size < 200; ++size) {
    RecordedCall call;
    call.generation.emplace();
    RecordedExchange exchange;
    exchange.url = "http://127.0.0.1/v1";
    exchange.status = 200;
    exchange.request = random_bytes(random, size);
    exchange.body = random_bytes(random, size / 2);
    exchange.events = {{1.5, random_bytes(random, size)}, {2.25, "\xe4\xb8"}, {3, "\x96 world"}};
    call.exchanges = {exchange};
    const RecordedCall again = round_trip(call);
    ASSERT_EQ(again.exchanges.size(), 1u);
    EXPECT_EQ(again.exchanges[0].request, exchange.request);
    EXPECT_EQ(again.exchanges[0].body, exchange.body);
    ASSERT_EQ(again.exchanges[0].events.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(again.exchanges[0].events[i].bytes, exchange.events[i].bytes);
      EXPECT_EQ(again.exchanges[0].events[i].ms, exchange.events[i].ms);
    }
  }
}

TEST(CallJson, OutcomesComeBack) {
  RecordedCall call;
  call.thinking = ThinkingMode::thinking;
  call.stream = false;
  call.output_tokens_max = 4'096;
  call.prompt_tokens_expected = 250'000;
  call.begin_ms = 12.5;
  Generation generation;
  generation.text = "Grüße [1].";
  generation.finish = Finish::incomplete;
  generation.note = "the stream ended early";
  generation.first_token_ms = 640.25;
  generation.usage = {1'000, 20, 900, 7, .0125, true};
  generation.tool_calls = {{"call_1", "search", R"({"query":"cats"})"}};
  call.generation = generation;
  RecordedCall again = round_trip(call);
  EXPECT_EQ(again.thinking, ThinkingMode::thinking);
  EXPECT_FALSE(again.stream);
  EXPECT_EQ(again.output_tokens_max, 4'096u);
  EXPECT_EQ(again.prompt_tokens_expected, 250'000u);
  EXPECT_EQ(again.begin_ms, 12.5);
  ASSERT_TRUE(again.generation);
  EXPECT_EQ(again.generation->text, generation.text);
  EXPECT_EQ(again.generation->finish, Finish::incomplete);
  EXPECT_EQ(again.generation->note, generation.note);
  EXPECT_EQ(again.generation->first_token_ms, 640.25);
  EXPECT_EQ(again.generation->usage.cost, .0125);
  EXPECT_EQ(again.generation->usage.cached_tokens, 900u);
  EXPECT_TRUE(again.generation->usage.reported);
  ASSERT_EQ(again.generation->tool_calls.size(), 1u);
  EXPECT_EQ(again.generation->tool_calls[0].arguments, R"({"query":"cats"})");

  call.generation.reset();
  call.error = Error{ErrorCode::timed_out, "http://x/v1", "no first token within 120 s", "ask again"};
  again = round_trip(call);
  ASSERT_TRUE(again.error);
  EXPECT_EQ(again.error->code, ErrorCode::timed_out);
  EXPECT_EQ(again.error->sentence(), call.error->sentence());
}

TEST(CallJson, WhatIsNoCallIsAnErrorThatNamesTheMember) {
  const auto why = [](std::string_view json) {
    const auto call = read_call(parse_json(json).value());
    return call.ok() ? "" : call.error().where;
  };
  EXPECT_EQ(why(R"({"thinking":"deep","generation":{"finish":"stop"}})"), "thinking 'deep'");
  EXPECT_EQ(why(R"({"thinking":"instant"})"), "generation or error");
  EXPECT_EQ(why(R"({"thinking":"instant","generation":{"finish":"perhaps"}})"), "finish 'perhaps'");
  EXPECT_EQ(why(R"({"thinking":"instant","exchanges":[{"request":{"base64":"?"}}],"error":{}})"),
            "exchanges: request: text or base64");
}

// A request that is read back from its own body is the same request: it makes the same bytes.
TEST(CallJson, RequestsAreReadBackFromTheirBodies) {
  ModelProfile profile = find_profile("muse-spark").value();
  Medium image;
  image.kind = MediumKind::image;
  image.format = "png";
  image.bytes = std::make_shared<const std::string>("\x89PNG not really");
  image.caption = "[figure 1 of passage 2: a lock]\n";
  Medium linked;
  linked.url = "https://example.org/lock.png";
  Medium sound;
  sound.kind = MediumKind::audio;
  sound.format = "wav";
  sound.bytes = std::make_shared<const std::string>("RIFF");
  GenerationRequest request;
  request.output_tokens_max = 2'000;
  request.thinking = ThinkingMode::thinking;
  request.messages = {{"system", "Answer."}, {"user", "What is this?", {image, linked, sound}}};
  request.messages.push_back({"assistant", "", {}, {{"call_1", "search", R"({"query":"lock"})"}}});
  request.messages.push_back({"tool", "17 locks", {}, {}, "call_1"});
  request.tools = parse_json(
                      R"([{"type":"function","function":{"name":"search","parameters":{"type":"object",
                         "properties":{"query":{"type":"string"}},"required":["query"],
                         "additionalProperties":false}}}])")
                      .value();
  RecordedCall call;
  call.output_tokens_max = request.output_tokens_max;
  call.thinking = request.thinking;
  const std::string body = to_string(chat_body(profile, request));
  call.exchanges.push_back({});
  call.exchanges[0].request = body;
  const auto again = request_of(call);
  ASSERT_TRUE(again.ok()) << again.error().sentence();
  EXPECT_EQ(to_string(chat_body(profile, *again)), body);
  ASSERT_EQ(again->messages.size(), 4u);
  ASSERT_EQ(again->messages[1].media.size(), 3u);
  EXPECT_EQ(again->messages[1].media[0].caption, image.caption);
  EXPECT_EQ(*again->messages[1].media[0].bytes, *image.bytes);
}

TEST(CallJson, BodiesThatAreNotOursAreErrors) {
  for (
      const std::string_view body :
      {"", "{", "[]", "{}", R"({"messages":7})", R"({"messages":[{}]})",
       R"({"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"video"}]}]})",
       R"({"messages":[{"role":"user","content":[{"type":"text"},{"type":"image_url","image_url":{"url":"data:image/png,x"}}]}]})"}) {
    RecordedCall call;
    call.exchanges.push_back({});
    call.exchanges[0].request = body;
    const auto request = request_of(call);
    ASSERT_FALSE(request.ok()) << body;
    EXPECT_EQ(request.error().code, ErrorCode::malformed) << body;
  }
  EXPECT_FALSE(request_of({}).ok());
}

}  // namespace
}  // namespace kindling
