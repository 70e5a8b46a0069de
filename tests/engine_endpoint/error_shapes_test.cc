#include <gtest/gtest.h>

#include "engine/endpoint/overflow.h"
#include "engine/endpoint/refusal.h"
#include "engine/endpoint/secret.h"

namespace kindling {
namespace {

struct OverflowCase {
  std::string_view body;
  std::uint64_t tokens;
  std::uint64_t window;
};

TEST(Overflow, IsReadInTheWordsOfEachServer) {
  for (
      const auto& [body, tokens, window] : {
          OverflowCase{
              R"({"error":{"message":"This model's maximum context length is 4097 tokens. However, your messages resulted in 4120 tokens.","type":"invalid_request_error","code":"context_length_exceeded"}})",
              4120, 4097},
          OverflowCase{
              R"({"error":{"message":"This model's maximum context length is 128,000 tokens. However, you requested 140,500 tokens (136,404 in the messages, 4096 in the completion).","code":"context_length_exceeded"}})",
              136404, 128000},
          OverflowCase{
              R"({"error":{"message":"Your input exceeds the context window of this model.","code":"context_length_exceeded"}})",
              0, 0},
          OverflowCase{
              R"({"object":"error","message":"This model's maximum context length is 1024 tokens. However, you requested 1115 tokens (1015 in the messages, 100 in the completion).","code":400})",
              1015, 1024},
          OverflowCase{
              R"({"object":"error","message":"You passed 1015 input tokens and requested 100 output tokens. However, the model's context length is only 1024 tokens","code":400})",
              1015, 1024},
          OverflowCase{
              R"({"error":{"message":"The decoder prompt (length 5000) is longer than the maximum model length of 4096.","code":400}})",
              5000, 4096},
          OverflowCase{
              R"({"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":5000,"n_ctx":4096}})",
              5000, 4096},
          OverflowCase{
              R"({"error":{"code":400,"message":"request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it"}})",
              5000, 4096},
          OverflowCase{
              R"({"error":{"type":"invalid_request_error","message":"prompt is too long: 208310 tokens > 200000 maximum"}})",
              208310, 200000},
          OverflowCase{
              R"([{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."}}])",
              1200000, 1048576},
      }) {
    const Refusal refusal = refusal_from(400, body);
    EXPECT_EQ(refusal.error.code, ErrorCode::context_overflow) << body;
    ASSERT_TRUE(refusal.overflow) << body;
    EXPECT_EQ(refusal.overflow->tokens, tokens) << body;
    EXPECT_EQ(refusal.overflow->window, window) << body;
    EXPECT_TRUE(refusal.final);
  }
}

TEST(Overflow, IsNotSeenInOtherErrors) {
  for (const auto body : {R"({"error":{"message":"max_tokens must be at most 4096"}})",
                          R"({"error":{"message":"Rate limit: 4000000 tokens per minute"}})", "context"}) {
    EXPECT_FALSE(refusal_from(400, body).overflow) << body;
  }
}

TEST(Overflow, HugeAndNegativeNumbersDoNoHarm) {
  const Refusal refusal = refusal_from(
      400,
      R"({"error":{"type":"exceed_context_size_error","message":"maximum context length is 99999999999999999999999999 tokens","n_prompt_tokens":-5,"n_ctx":1e300}})");
  ASSERT_TRUE(refusal.overflow);
  EXPECT_EQ(refusal.overflow->tokens, 0u);
}

struct ShapeCase {
  int status;
  std::string_view body;
  ErrorCode code;
  std::string_view said;
};

TEST(Refusal, IsReadInEachShape) {
  for (const auto& [status, body, code, said] : {
           ShapeCase{400, R"({"error":{"message":"bad","type":"t","code":null}})", ErrorCode::endpoint_refused,
                     "status 400: bad"},
           ShapeCase{400, R"({"error":"model not loaded"})", ErrorCode::endpoint_refused, "model not loaded"},
           ShapeCase{400, R"([{"error":{"message":"in a list"}}])", ErrorCode::endpoint_refused, "in a list"},
           ShapeCase{400, R"({"object":"error","message":"vLLM","code":400})", ErrorCode::endpoint_refused,
                     "vLLM"},
           ShapeCase{422, R"({"detail":"field required"})", ErrorCode::endpoint_refused, "field required"},
           ShapeCase{422, R"({"detail":[{"loc":["body"],"msg":"missing"}]})", ErrorCode::endpoint_refused,
                     "missing"},
           ShapeCase{500, R"({"message":"broken"})", ErrorCode::endpoint_refused, "broken"},
           ShapeCase{500, R"({"error":{}})", ErrorCode::endpoint_refused, "status 500"},
           ShapeCase{500, "oops", ErrorCode::endpoint_refused, "oops"},
           ShapeCase{503, "", ErrorCode::endpoint_refused, "no explanation"},
           ShapeCase{401, R"({"error":{"message":"no"}})", ErrorCode::authentication, "refuses the key"},
           ShapeCase{403, R"({"error":{"message":"no"}})", ErrorCode::authentication, "may not do this"},
           ShapeCase{403, "<html><title>Access denied</title></html>", ErrorCode::endpoint_refused,
                     "gateway or firewall"},
           ShapeCase{429, "\n <!DOCTYPE html><TITLE>Just a moment</TITLE>", ErrorCode::endpoint_refused,
                     "Just a moment"},
           ShapeCase{502, "<html><body><h1>Bad\nGateway</h1></body></html>", ErrorCode::endpoint_refused,
                     "Bad Gateway"},
       }) {
    const Refusal refusal = refusal_from(status, body);
    EXPECT_EQ(refusal.error.code, code) << body;
    EXPECT_NE(refusal.error.why.find(said), std::string::npos) << refusal.error.why;
    EXPECT_EQ(refusal.status, status);
  }
}

TEST(Refusal, InsideA200TellsItsOwnStatus) {
  const auto status_of = [](std::string_view body) { return refusal_in(parse_json(body).value())->status; };
  EXPECT_EQ(status_of(R"({"error":{"message":"x","code":503}})"), 503);
  EXPECT_EQ(status_of(R"({"error":{"message":"x","code":"429"}})"), 429);
  EXPECT_EQ(status_of(R"({"error":{"message":"x","type":"server_error","code":null}})"), 503);
  EXPECT_EQ(status_of(R"({"error":{"message":"x","type":"overloaded_error"}})"), 503);
  EXPECT_EQ(status_of(R"({"error":{"message":"x","status":"RESOURCE_EXHAUSTED"}})"), 429);
  EXPECT_EQ(status_of(R"({"error":{"message":"x","code":"invalid_api_key"}})"), 401);
  EXPECT_EQ(status_of(R"({"error":{"message":"x"}})"), 400);
}

TEST(Refusal, AnAnswerIsNone) {
  for (const auto body : {R"({"choices":[]})", R"({"error":null,"choices":[]})", R"({"error":""})",
                          R"({"error":{}})", R"({"error":false})", "[]", "1"}) {
    EXPECT_FALSE(refusal_in(parse_json(body).value())) << body;
  }
}

TEST(Refusal, AnEmptyPurseIsFinal) {
  EXPECT_TRUE(refusal_from(429, R"({"error":{"message":"x","code":"insufficient_quota"}})").final);
  EXPECT_FALSE(refusal_from(429, R"({"error":{"message":"x","code":"rate_limit_exceeded"}})").final);
}

TEST(Refusal, IsOneShortLine) {
  std::string body = "line\nline\x1b[31m";
  for (int i = 0; i < 1'000; ++i) body += "ü";
  const std::string why = refusal_from(500, body).error.why;
  EXPECT_LT(why.size(), 450u);
  EXPECT_EQ(why.find('\n'), std::string::npos);
  EXPECT_EQ(why.find('\x1b'), std::string::npos);
}

TEST(Secret, IsHiddenWhereverItStands) {
  const Secret key("sk-123");
  EXPECT_EQ(key.hide(std::string("a sk-123 b sk-123sk-123")), "a [key] b [key][key]");
  EXPECT_EQ(Secret().hide(std::string("unchanged")), "unchanged");
  EXPECT_EQ(Secret("key").hide(std::string("key")), "[key]");
}

}  // namespace
}  // namespace kindling
