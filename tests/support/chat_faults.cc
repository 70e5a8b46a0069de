// The faults that chat_replies.h promises, one line each.
#include "tests/support/chat_replies.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/env.h"

namespace kindling {
namespace {

using namespace std::chrono_literals;

const StreamScript plain;

Reply with_header(Reply reply, std::string name, std::string value) {
  reply.headers.emplace_back(std::move(name), std::move(value));
  return reply;
}

Reply stream_of(const std::function<void(StreamScript&)>& change) {
  StreamScript script;
  change(script);
  return stream_reply(script);
}

Reply stream_then(std::size_t tokens, std::string bytes) {
  Reply reply = stop_after_tokens(plain, tokens, Reply::Ending::whole);
  reply.pieces.push_back({std::move(bytes), {}});
  return reply;
}

Reply rate_limited(std::string header, std::string value) {
  return with_header(error_reply(429, "Rate limit reached", "rate_limit_error", "rate_limit_exceeded"),
                     std::move(header), std::move(value));
}

Reply page(int status, std::string_view title) {
  std::string html = "<!doctype html><html><head><title>";
  html += title;
  html += "</title></head><body><h1>Sorry</h1></body></html>";
  return plain_reply(status, "text/html", std::move(html));
}

Reply key_echoed(const RecordedRequest& request) {
  std::string message = "Incorrect API key provided: ";
  message += request.header("authorization");
  return error_reply(401, message, "invalid_request_error", "invalid_api_key");
}

Reply closed_at_once() {
  Reply reply;
  reply.close_at_once = true;
  return reply;
}

Reply slow_first_token() {
  Reply reply = stream_reply(plain);
  reply.pause = 50ms;
  return reply;
}

// Keep-alives for ever, and no token.
Reply comments_only() {
  Reply reply = stop_after_tokens(plain, 0, Reply::Ending::stall);
  reply.pieces.clear();
  for (int i = 0; i < 400; ++i) reply.pieces.push_back({": keep-alive\n\n", 10ms});
  return reply;
}

Reply without_framing() {
  Reply reply = stream_reply(plain);
  reply.framing = Reply::Framing::until_close;
  return reply;
}

Json error_object(std::string_view message, std::string_view type, const Json& code) {
  return Json::object({{"error", Json::object({{"message", message}, {"type", type}, {"code", code}})}});
}

Reply in_pieces(std::size_t size, const std::function<void(StreamScript&)>& change) {
  return cut_into_pieces(stream_of(change), size);
}

Reply events(std::string body) { return plain_reply(200, "text/event-stream", std::move(body)); }

Reply error_in_list() {
  Json list = Json::array();
  list.push(error_object("Invalid argument", "", 400));
  return json_reply(400, list);
}

Reply vllm_error(std::string_view message) {
  return json_reply(
      400,
      Json::object({{"object", "error"}, {"message", message}, {"type", "BadRequestError"}, {"code", 400}}));
}

// In seconds from now, as HTTP writes a moment.
std::string http_date(int seconds) {
  const std::time_t moment = static_cast<std::time_t>(now_ms() / 1'000) + seconds;
  std::tm parts{};
  ::gmtime_r(&moment, &parts);
  char text[64];
  return std::string(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts));
}

// A good answer with usage that is not.
Reply miscounted(const RecordedRequest& request, Json usage) {
  StreamScript script;
  script.usage = std::move(usage);
  if (request.json["stream"].as_bool()) return stream_reply(script);
  return completion_reply("Hello world.", "stop", script.usage);
}

Reply compressed() {
  Reply reply = plain_reply(200, "text/event-stream", std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0", 12));
  return with_header(std::move(reply), "Content-Encoding", "gzip");
}

// Its length promises more than comes.
Reply short_of_its_length() {
  Reply reply = completion_reply("Hello world.", "stop", usage_json(10, 3));
  reply.pieces.push_back({std::string(1'000, ' '), {}});
  reply.ending = Reply::Ending::cut;
  reply.bytes_withheld = 1'000;
  return reply;
}

// LF, CRLF and CR in one stream.
Reply mixed_line_ends() {
  Reply reply = stream_reply(plain);
  const std::array<std::string, 3> ends = {"\n", "\r\n", "\r"};
  for (std::size_t i = 0; i < reply.pieces.size(); ++i) {
    std::string& bytes = reply.pieces[i].bytes;
    bytes = bytes.substr(0, bytes.find('\n')) + ends[i % 3] + ends[i % 3];
  }
  return reply;
}

using Script = StreamScript&;

// A reply that does not depend on the request.
template <typename Make>
NamedFault fault(std::string_view name, Make make) {
  return {name, [make](const RecordedRequest&) { return Reply(make()); }};
}

// Of the connection and of time.
std::vector<NamedFault> transport_faults() {
  using enum Reply::Ending;
  return {
      fault("slow-first-token", slow_first_token),
      fault("stall-before-answer", [] { return stop_after(stream_reply(plain), 0, stall); }),
      fault("stall-in-stream", [] { return stop_after_tokens(plain, 2, stall); }),
      fault("comments-only", comments_only),
      fault("close-at-once", closed_at_once),
      fault("cut-before-token", [] { return stop_after_tokens(plain, 0, cut); }),
      fault("cut-in-stream", [] { return stop_after_tokens(plain, 2, cut); }),
      fault("ends-without-finish", [] { return stop_after_tokens(plain, 2, whole); }),
      fault("until-close", without_framing),
      fault("empty-200", [] { return events(""); }),
      fault("short-of-its-length", short_of_its_length),
      fault("slow-tokens", [] { return stream_of([](Script s) { s.pause = 20ms; }); }),
  };
}

// A model that calls tools where any are offered; `again`: without end.
NamedFault calling(std::string_view name, std::vector<CallScript::Call> calls, bool again = false) {
  return {name, [calls = std::move(calls), again](const RecordedRequest& request) {
            return scripted_calls(
                request,
                [&](const RecordedRequest&) {
                  return CallScript{calls, "", 4, true};
                },
                again);
          }};
}

// Of the stream's form and content: harmless ones first.
std::vector<NamedFault> stream_faults() {
  return {
      fault("no-done", [] { return stream_of([](Script s) { s.done = false; }); }),
      fault("done-only", [] { return stream_of([](Script s) { s.finish.clear(); }); }),
      fault("one-byte-pieces",
            [] { return in_pieces(1, [](Script s) {
                   s.tokens = {"Grüße, ", "世界", " 🙂."};
                 }); }),
      fault("crlf", [] { return in_pieces(7, [](Script s) { s.line_end = "\r\n"; }); }),
      fault("cr", [] { return in_pieces(7, [](Script s) { s.line_end = "\r"; }); }),
      fault("byte-order-mark", [] { return in_pieces(1, [](Script s) { s.byte_order_mark = true; }); }),
      fault("crlf-cut", [] { return in_pieces(1, [](Script s) { s.line_end = "\r\n"; }); }),
      fault("mixed-line-ends", mixed_line_ends),
      fault("comments", [] { return stream_of([](Script s) { s.comments = true; }); }),
      fault("named-events", [] { return stream_of([](Script s) { s.event_name = "completion.chunk"; }); }),
      fault("wrong-content-type", [] { return stream_of([](Script s) { s.content_type = "text/plain"; }); }),
      fault("whole-answer-for-stream",
            [] { return completion_reply("Hello world.", "stop", usage_json(10, 3)); }),
      fault("missing-usage", [] { return stream_reply(plain); }),
      fault("reasoning-field", [] { return stream_of([](Script s) { s.reasoning = "Let me think."; }); }),
      fault("reasoning-other-name",
            [] {
              return stream_of([](Script s) { s.reasoning = "Let me think.", s.reasoning_name = "reasoning"; });
            }),
      fault("usage-everywhere",
            [] { return stream_of([](Script s) { s.usage = usage_json(10, 3), s.usage_everywhere = true; }); }),
      fault("inline-think",
            [] {
              return stream_of(
                  [](Script s) { s.tokens = {"<thi", "nk>Hm", "m.</th", "ink>\n\n", "Hello", " world."}; });
            }),
      fault("content-filter", [] { return stream_of([](Script s) { s.finish = "content_filter"; }); }),
      {"calls-first-tool", calling_reply},
      calling("calls-twice-at-once", {{"a", "search", R"({"query":"canal"})"}, {"b", "count", "{}"}}),
      calling("calls-bad-json", {{"a", "search", R"({"query":"ca)"}}),
      calling("calls-unknown-tool", {{"a", "erase", "{}"}}),
      calling("calls-bad-arguments", {{"a", "search", R"({"k":"many"})"}}),
      calling("calls-endlessly", {{"a", "search", R"({"query":"canal"})"}}, true),
      fault("tool-call-cut",
            [] {
              return stream_of([](Script s) {
                s.tokens = {}, s.finish.clear(), s.done = false;
                s.tool_calls = tool_call_pieces("call_1", "search", R"({"query":"ca)", 4);
              });
            }),
      fault("tool-calls", [] { return stream_of([](Script s) { s.tokens = {}, s.finish = "tool_calls"; }); }),
      fault("length", [] { return stream_of([](Script s) { s.finish = "length"; }); }),
      fault(
          "empty-with-length",
          [] { return stream_of([](Script s) { s.tokens = {}, s.finish = "length", s.reasoning = "Hm."; }); }),
      fault("huge-event", [] { return events("data: " + std::string(20u << 20, 'x')); }),
      fault("not-json-event", [] { return events("data: {\"choices\":[\n\n"); }),
      fault("error-event",
            [] {
              return stream_then(2,
                                 event_text(error_object("The server had an error", "server_error", nullptr)));
            }),
      fault("error-event-first",
            [] {
              return events(event_text(error_object("overloaded", "overloaded_error", nullptr), "\n", "error"));
            }),
      fault("error-event-in-array",
            [] {
              Json list = Json::array();
              list.push(error_object("try later", "", 503));
              return events(event_text(list));
            }),
      fault("compressed", compressed),
      {"usage-zero", [](const RecordedRequest& r) { return miscounted(r, usage_json(0, 0)); }},
      {"usage-huge", [](const RecordedRequest& r) { return miscounted(r, usage_json(2'000'000'000, 3)); }},
      {"usage-negative",
       [](const RecordedRequest& r) {
         return miscounted(r, Json::object({{"prompt_tokens", -7}, {"completion_tokens", "many"}}));
       }},
      {"silent-truncation",
       [](const RecordedRequest& r) {
         return miscounted(r, usage_json(std::min<std::uint64_t>(r.body.size() / 20, 2'048), 3));
       }},
  };
}

// Answers that are none.
std::vector<NamedFault> refusals() {
  return {
      fault("error-in-200",
            [] { return json_reply(200, error_object("The engine is overloaded", "server_error", 503)); }),
      fault("error-as-text",
            [] {
              return json_reply(400, Json::object({{"error", "model not loaded"}}));
            }),
      fault("error-in-array", error_in_list),
      fault("error-vllm", [] { return vllm_error("bad parameter"); }),
      fault("error-detail",
            [] {
              return json_reply(422, Json::object({{"detail", "field required"}}));
            }),
      fault("no-body", [] { return plain_reply(503, "text/plain", ""); }),
      {"bad-key", key_echoed},
      fault(
          "forbidden",
          [] { return error_reply(403, "no access to this model", "permission_error", "model_not_allowed"); }),
      fault("no-such-model",
            [] {
              return error_reply(404, "The model does not exist", "invalid_request_error", "model_not_found");
            }),
      fault("html-429", [] { return page(429, "Attention Required!"); }),
      fault("html-403", [] { return page(403, "Access denied"); }),
      fault("html-502", [] { return page(502, "502 Bad Gateway"); }),
      fault("html-200", [] { return page(200, "Welcome to our intranet"); }),
      fault("429-seconds", [] { return rate_limited("Retry-After", "0.05"); }),
      fault("429-milliseconds", [] { return rate_limited("retry-after-ms", "30"); }),
      fault("429-date", [] { return rate_limited("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"); }),
      fault("429-date-soon", [] { return rate_limited("Retry-After", http_date(1)); }),
      fault("429-reset-requests", [] { return rate_limited("x-ratelimit-reset-requests", "40ms"); }),
      fault("429-reset-tokens", [] { return rate_limited("x-ratelimit-reset-tokens", "0.04s"); }),
      fault("429-reset-moment",
            [] { return rate_limited("x-ratelimit-reset", std::to_string(now_ms() + 60)); }),
      fault("429-bare",
            [] { return error_reply(429, "slow down", "rate_limit_error", "rate_limit_exceeded"); }),
      fault("429-too-long", [] { return rate_limited("Retry-After", "86400"); }),
      fault("500-plain-text", [] { return plain_reply(500, "text/plain", "Internal Server Error"); }),
      fault("408", [] { return error_reply(408, "request timeout", "timeout", ""); }),
      fault("409", [] { return error_reply(409, "conflict", "conflict", ""); }),
      fault("redirect",
            [] {
              return with_header(plain_reply(307, "text/plain", ""), "Location", "https://other.example/v1");
            }),
      fault("text-200", [] { return plain_reply(200, "text/plain", "pong"); }),
      fault("429-no-retry", [] { return rate_limited("x-should-retry", "false"); }),
      fault("quota",
            [] {
              return error_reply(429, "You exceeded your current quota", "insufficient_quota",
                                 "insufficient_quota");
            }),
  };
}

// What each server says when a prompt does not fit, and how.
struct OverflowWords {
  std::string_view name;
  int status;
  std::string_view body;
};
// clang-format off
constexpr auto overflow_words = std::to_array<OverflowWords>({
    {"overflow-openai", 400,
     R"j({"error":{"message":"This model's maximum context length is 4097 tokens. However, your messages resulted in 4120 tokens. Please reduce the length of the messages.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}})j"},
    {"overflow-openai-completion", 400,
     R"j({"error":{"message":"This model's maximum context length is 4097 tokens, however you requested 4376 tokens (4120 in your prompt; 256 for the completion). Please reduce your prompt; or completion length.","type":"invalid_request_error","param":null,"code":null}})j"},
    {"overflow-openai-bare", 400,
     R"j({"error":{"message":"Your input exceeds the context window of this model. Please adjust your input and try again.","type":"invalid_request_error","param":"input","code":"context_length_exceeded"}})j"},
    {"overflow-vllm", 400,
     R"j({"object":"error","message":"You passed 1015 input tokens and requested 100 output tokens. However, the model's context length is only 1024 tokens","type":"BadRequestError","param":null,"code":400})j"},
    {"overflow-vllm-output", 400,
     R"j({"error":{"message":"'max_tokens' or 'max_completion_tokens' is too large: 2000. This model's maximum context length is 4096 tokens and your request has 2104 input tokens (2000 > 4096 - 2104).","type":"BadRequestError","code":400}})j"},
    {"overflow-vllm-decoder", 400,
     R"j({"error":{"message":"The decoder prompt (length 5000) is longer than the maximum model length of 4096. Make sure that max_model_len is no smaller than the number of text tokens.","type":"BadRequestError","code":400}})j"},
    {"overflow-llama-cpp", 400,
     R"j({"error":{"code":400,"message":"request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":5000,"n_ctx":4096}})j"},
    {"overflow-llama-cpp-python", 500,
     R"j({"error":{"message":"Requested tokens (5000) exceed context window of 4096","type":"internal_server_error","param":null,"code":null}})j"},
    {"overflow-sglang", 400,
     R"j({"object":"error","message":"The input (5000 tokens) is longer than the model's context length (4096 tokens).","type":"BadRequestError","param":null,"code":400})j"},
    {"overflow-tgi", 422,
     R"j({"error":{"message":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 100 `max_new_tokens`","http_status_code":422}})j"},
    {"overflow-lm-studio", 400,
     R"j({"error":"The number of tokens to keep from the initial prompt is greater than the context length. Try to load the model with a larger context length, or provide a shorter input"})j"},
    {"overflow-ollama", 400, R"j({"error":"the input length exceeds the context length"})j"},
    {"overflow-anthropic", 400,
     R"j({"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 208310 tokens > 200000 maximum"}})j"},
    {"overflow-gemini", 400,
     R"j([{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}])j"},
    {"overflow-bedrock", 400, R"j({"message":"Input is too long for requested model."})j"},
    {"overflow-xai", 400,
     R"j({"code":"Client specified an invalid argument","error":"This model's maximum prompt length is 131072 but the request contains 140000 tokens."})j"},
    {"overflow-mistral", 400,
     R"j({"object":"error","message":"Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length","type":"invalid_request_error","param":null,"code":"3051"})j"},
    {"overflow-moonshot", 400,
     R"j({"error":{"message":"Invalid request: Your request exceeded model token limit: 131072 (requested: 140000)","type":"invalid_request_error"}})j"},
    {"overflow-siliconflow", 400,
     R"j({"code":20015,"message":"length of prompt_tokens (163280) must be less than max_seq_len (32768).","data":null})j"},
    {"overflow-openrouter", 400,
     R"j({"error":{"message":"This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens (136000 of text input, 4000 in the output). Please reduce the length of either one.","code":400}})j"},
    {"overflow-github", 413,
     R"j({"error":{"code":"tokens_limit_reached","message":"prompt token count of 140000 exceeds the limit of 128000","details":""}})j"},
    {"overflow-groq", 400,
     R"j({"error":{"message":"Please reduce the length of the messages or completion.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}})j"},
    {"overflow-minimax", 400,
     R"j({"error":{"type":"bad_request_error","message":"invalid params, context window exceeds limit"}})j"},
});
// clang-format on

std::vector<NamedFault> overflows() {
  std::vector<NamedFault> faults;
  for (const OverflowWords& words : overflow_words) {
    faults.push_back(fault(words.name, [&words] {
      return plain_reply(words.status, "application/json", std::string(words.body));
    }));
  }
  return faults;
}

std::vector<NamedFault> make_faults() {
  std::vector<NamedFault> all = transport_faults();
  for (auto& more : {stream_faults(), refusals(), overflows()}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

const std::vector<NamedFault>& chat_faults() {
  static const std::vector<NamedFault> faults = make_faults();
  return faults;
}

const NamedFault* find_fault(std::string_view name) {
  const auto& faults = chat_faults();
  const auto found =
      std::find_if(faults.begin(), faults.end(), [&](const auto& known) { return known.name == name; });
  return found == faults.end() ? nullptr : &*found;
}

}  // namespace kindling
