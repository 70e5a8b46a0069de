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
  return with_header(error_reply(429, "Rate limit reached", "rate_limit_error", "rate_limit_exceeded"), std::move(header),
                     std::move(value));
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
  Json body = error_object("request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it",
                           "exceed_context_size_error", 400);
  Json error = body["error"];
  error.set("n_prompt_tokens", 5000).set("n_ctx", 4096);
  return json_reply(400, Json::object({{"error", error}}));
}

std::vector<NamedFault> make_faults() {
  using Request = const RecordedRequest&;
  return {
      {"slow-first-token", [](Request) { return slow_first_token(); }},
      {"stall-before-answer", [](Request) { return stop_after(stream_reply(plain), 0, Reply::Ending::stall); }},
      {"stall-in-stream", [](Request) { return stop_after_tokens(plain, 2, Reply::Ending::stall); }},
      {"comments-only", [](Request) { return comments_only(); }},
      {"close-at-once", [](Request) { return closed_at_once(); }},
      {"cut-before-token", [](Request) { return stop_after_tokens(plain, 0, Reply::Ending::cut); }},
      {"cut-in-stream", [](Request) { return stop_after_tokens(plain, 2, Reply::Ending::cut); }},
      {"ends-without-finish", [](Request) { return stop_after_tokens(plain, 2, Reply::Ending::whole); }},
      {"no-done", [](Request) { return stream_of([](auto& s) { s.done = false; }); }},
      {"done-only", [](Request) { return stream_of([](auto& s) { s.finish.clear(); }); }},
      {"until-close", [](Request) { return without_framing(); }},
      {"one-byte-pieces", [](Request) { return cut_into_pieces(stream_of([](auto& s) { s.tokens = {"Grüße, ", "世界", " 🙂."}; }), 1); }},
      {"crlf", [](Request) { return cut_into_pieces(stream_of([](auto& s) { s.line_end = "\r\n"; }), 7); }},
      {"cr", [](Request) { return cut_into_pieces(stream_of([](auto& s) { s.line_end = std::string(1, '\r'); }), 7); }},
      {"byte-order-mark", [](Request) { return cut_into_pieces(stream_of([](auto& s) { s.byte_order_mark = true; }), 1); }},
      {"comments", [](Request) { return stream_of([](auto& s) { s.comments = true; }); }},
      {"named-events", [](Request) { return stream_of([](auto& s) { s.event_name = "completion.chunk"; }); }},
      {"wrong-content-type", [](Request) { return stream_of([](auto& s) { s.content_type = "text/plain"; }); }},
      {"whole-answer-for-stream", [](Request) { return completion_reply("Hello world.", "stop", usage_json(10, 3)); }},
      {"missing-usage", [](Request) { return stream_of([](auto&) {}); }},
      {"reasoning-field", [](Request) { return stream_of([](auto& s) { s.reasoning = "Let me think."; }); }},
      {"inline-think", [](Request) { return stream_of([](auto& s) { s.tokens = {"<thi", "nk>Hm", "m.</th", "ink>\n\n", "Hello", " world."}; }); }},
      {"content-filter", [](Request) { return stream_of([](auto& s) { s.finish = "content_filter"; }); }},
      {"tool-calls", [](Request) { return stream_of([](auto& s) { s.tokens = {}, s.finish = "tool_calls"; }); }},
      {"length", [](Request) { return stream_of([](auto& s) { s.finish = "length"; }); }},
      {"empty-with-length", [](Request) { return stream_of([](auto& s) { s.tokens = {}, s.finish = "length", s.reasoning = "Hm."; }); }},
      {"huge-event", [](Request) { return plain_reply(200, "text/event-stream", "data: " + std::string(20u << 20, 'x')); }},
      {"not-json-event", [](Request) { return plain_reply(200, "text/event-stream", "data: {\"choices\":[\n\n"); }},
      {"error-event", [](Request) { return stream_then(2, event_text(error_object("The server had an error", "server_error", nullptr))); }},
      {"error-event-first", [](Request) { return plain_reply(200, "text/event-stream", event_text(error_object("overloaded", "overloaded_error", nullptr), "\n", "error")); }},
      {"error-in-200", [](Request) { return json_reply(200, error_object("The engine is overloaded", "server_error", 503)); }},
      {"error-as-text", [](Request) { return json_reply(400, Json::object({{"error", "model not loaded"}})); }},
      {"error-in-array", [](Request) { Json list = Json::array(); list.push(error_object("Invalid argument", "", 400)); return json_reply(400, list); }},
      {"error-vllm", [](Request) { return json_reply(400, Json::object({{"object", "error"}, {"message", "bad parameter"}, {"type", "BadRequestError"}, {"code", 400}})); }},
      {"error-detail", [](Request) { return json_reply(422, Json::object({{"detail", "field required"}})); }},
      {"no-body", [](Request) { return plain_reply(503, "text/plain", ""); }},
      {"empty-200", [](Request) { return plain_reply(200, "text/event-stream", ""); }},
      {"bad-key", [](Request r) { return key_echoed(r); }},
      {"forbidden", [](Request) { return error_reply(403, "no access to this model", "permission_error", "model_not_allowed"); }},
      {"no-such-model", [](Request) { return error_reply(404, "The model does not exist", "invalid_request_error", "model_not_found"); }},
      {"html-429", [](Request) { return page(429, "Attention Required!"); }},
      {"html-403", [](Request) { return page(403, "Access denied"); }},
      {"html-502", [](Request) { return page(502, "502 Bad Gateway"); }},
      {"html-200", [](Request) { return page(200, "Welcome to our intranet"); }},
      {"429-seconds", [](Request) { return rate_limited("Retry-After", "0.05"); }},
      {"429-milliseconds", [](Request) { return rate_limited("retry-after-ms", "30"); }},
      {"429-date", [](Request) { return rate_limited("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"); }},
      {"429-no-retry", [](Request) { return rate_limited("x-should-retry", "false"); }},
      {"quota", [](Request) { return error_reply(429, "You exceeded your current quota", "insufficient_quota", "insufficient_quota"); }},
      {"overflow-openai", [](Request) { return error_reply(400, "This model's maximum context length is 4097 tokens. However, your messages resulted in 4120 tokens. Please reduce the length of the messages.", "invalid_request_error", "context_length_exceeded"); }},
      {"overflow-vllm", [](Request) { return json_reply(400, Json::object({{"object", "error"}, {"message", "You passed 1015 input tokens and requested 100 output tokens. However, the model's context length is only 1024 tokens"}, {"type", "BadRequestError"}, {"code", 400}})); }},
      {"overflow-llama-cpp", [](Request) { return llama_cpp_overflow(); }},
  };
}

}  // namespace

const std::vector<NamedFault>& chat_faults() {
  static const std::vector<NamedFault> faults = make_faults();
  return faults;
}

}  // namespace kindling
