#include "engine/endpoint/chat_request.h"

#include <gtest/gtest.h>

namespace kindling {
namespace {

GenerationRequest question() {
  GenerationRequest request;
  request.messages = {{"system", "Be brief."}, {"user", "Why?"}};
  request.output_tokens_max = 1'000;
  return request;
}

TEST(ChatRequest, IsWhatMuseSparkWants) {
  const ModelProfile profile = find_profile("muse-spark").value();
  EXPECT_EQ(
      to_string(chat_body(profile, question())),
      R"({"model":"muse-spark","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why?"}],)"
      R"("max_tokens":1000,"reasoning_effort":"minimal","stream":true,"stream_options":{"include_usage":true}})");
}

TEST(ChatRequest, AsksForUsageOnlyInStreams) {
  GenerationRequest request = question();
  request.stream = false;
  const Json body = chat_body(find_profile("muse-spark").value(), request);
  EXPECT_FALSE(body["stream"].as_bool(true));
  EXPECT_FALSE(body.has("stream_options"));
  ModelProfile silent = find_profile("muse-spark").value();
  silent.parameters.set("stream_usage", false);
  EXPECT_FALSE(chat_body(silent, question()).has("stream_options"));
}

TEST(ChatRequest, MapsThinkingModesAsTheProfileSays) {
  GenerationRequest request = question();
  const auto effort = [&](std::string_view name, ThinkingMode mode) {
    request.thinking = mode;
    return std::string(chat_body(find_profile(name).value(), request)["reasoning_effort"].as_string("-"));
  };
  EXPECT_EQ(effort("muse-spark", ThinkingMode::thinking), "high");
  EXPECT_EQ(effort("muse-spark", ThinkingMode::contemplating), "xhigh");
  EXPECT_EQ(effort("gpt-5.4", ThinkingMode::instant), "none");
  EXPECT_EQ(effort("claude-opus-4.6", ThinkingMode::thinking), "-");
  request.thinking = ThinkingMode::contemplating;  // not mapped: as thinking
  EXPECT_EQ(chat_body(find_profile("claude-opus-4.6").value(), request).at("thinking.type").as_string(),
            "adaptive");
  request.thinking = ThinkingMode::instant;
  EXPECT_FALSE(chat_body(find_profile("qwen-3.5").value(), request)["enable_thinking"].as_bool(true));
}

TEST(ChatRequest, NamesTheOutputLimitAsTheModelDoes) {
  const Json body = chat_body(find_profile("gpt-5.4").value(), question());
  EXPECT_EQ(body["max_completion_tokens"].as_integer(), 1'000);
  EXPECT_FALSE(body.has("max_tokens"));
}

TEST(ChatRequest, NeverAsksForMoreThanTheModelGives) {
  GenerationRequest request = question();
  request.output_tokens_max = 1'000'000'000;
  const ModelProfile profile = find_profile("muse-spark").value();
  EXPECT_EQ(chat_body(profile, request)["max_tokens"].as_integer(),
            static_cast<std::int64_t>(profile.output_max));
  request.output_tokens_max = 0;
  EXPECT_FALSE(chat_body(profile, request).has("max_tokens"));
}

TEST(ChatRequest, SendsTheProfilesOwnMembers) {
  ModelProfile profile = find_profile("local").value();
  profile.parameters.set("body", Json::object({{"temperature", 0}}));
  EXPECT_TRUE(chat_body(profile, question()).has("temperature"));
}

}  // namespace
}  // namespace kindling
