// The faults that chat_replies.h promises, one line each.
#include "tests/support/chat_replies.h"

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

Reply llama_cpp_overflow() {
  Json body =
      error_object("request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it",
                   "exceed_context_size_error", 400);
  Json error = body["error"];
  error.set("n_prompt_tokens", 5000).set("n_ctx", 4096);
  return json_reply(400, Json::object({{"error", error}}));
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
  };
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
      fault("comments", [] { return stream_of([](Script s) { s.comments = true; }); }),
      fault("named-events", [] { return stream_of([](Script s) { s.event_name = "completion.chunk"; }); }),
      fault("wrong-content-type", [] { return stream_of([](Script s) { s.content_type = "text/plain"; }); }),
      fault("whole-answer-for-stream",
            [] { return completion_reply("Hello world.", "stop", usage_json(10, 3)); }),
      fault("missing-usage", [] { return stream_reply(plain); }),
      fault("reasoning-field", [] { return stream_of([](Script s) { s.reasoning = "Let me think."; }); }),
      fault("inline-think",
            [] {
              return stream_of(
                  [](Script s) { s.tokens = {"<thi", "nk>Hm", "m.</th", "ink>\n\n", "Hello", " world."}; });
            }),
      fault("content-filter", [] { return stream_of([](Script s) { s.finish = "content_filter"; }); }),
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
      fault("429-no-retry", [] { return rate_limited("x-should-retry", "false"); }),
      fault("quota",
            [] {
              return error_reply(429, "You exceeded your current quota", "insufficient_quota",
                                 "insufficient_quota");
            }),
      fault("overflow-openai",
            [] {
              return error_reply(
                  400,
                  "This model's maximum context length is 4097 tokens. However, your messages resulted in "
                  "4120 tokens. Please reduce the length of the messages.",
                  "invalid_request_error", "context_length_exceeded");
            }),
      fault("overflow-vllm",
            [] {
              return vllm_error(
                  "You passed 1015 input tokens and requested 100 output tokens. However, the model's context "
                  "length is only 1024 tokens");
            }),
      fault("overflow-llama-cpp", llama_cpp_overflow),
  };
}

std::vector<NamedFault> make_faults() {
  std::vector<NamedFault> all = transport_faults();
  for (auto& more : {stream_faults(), refusals()}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

const std::vector<NamedFault>& chat_faults() {
  static const std::vector<NamedFault> faults = make_faults();
  return faults;
}

}  // namespace kindling
