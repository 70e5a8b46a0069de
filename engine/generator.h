// The seam between a packed prompt and an answer: an endpoint, or the sentences of the passages themselves.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/json.h"
#include "base/result.h"
#include "engine/media/media.h"
#include "engine/profile.h"

namespace kindling {

class HttpClient;    // net/http_client.h
class CallRecorder;  // engine/endpoint/call_recorder.h

// What a model asks to have done. The arguments are as it wrote them: not yet known to be JSON, let alone to
// fit the tool's schema.
struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;
};

struct ChatMessage {
  std::string role;  // "system", "user", "assistant", "tool"
  std::string content;
  std::vector<Medium> media = {};         // sent behind the text, in the same message
  std::vector<ToolCall> tool_calls = {};  // of an assistant's message: what it asked for
  std::string tool_call_id = {};          // of a tool's message: which of them this answers
};

enum class Finish : std::uint8_t { stop, length, incomplete, refused, no_evidence };
[[nodiscard]] std::string_view to_string(Finish finish);

struct Usage {
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
  std::uint64_t cached_tokens = 0;
  std::uint64_t reasoning_tokens = 0;
  double cost = -1;       // US dollars; negative: unknown
  bool reported = false;  // by the endpoint; else counts are ours
};

struct Generation {
  std::string text;
  Finish finish = Finish::stop;
  Usage usage;
  std::string note;  // what the user should know: "stream ended early", "the endpoint truncated the prompt"
  double first_token_ms = -1;             // negative: none came
  std::vector<ToolCall> tool_calls = {};  // whole ones only; with them `finish` is stop
  double limited_ms = 0;                  // waited for the profile's limits before it was sent
};

struct GenerationRequest {
  std::vector<ChatMessage> messages;
  std::uint64_t output_tokens_max = 0;       // 0: the endpoint's own limit
  std::uint64_t prompt_tokens_expected = 0;  // our own count, to notice silent truncation; 0: unknown
  ThinkingMode thinking = ThinkingMode::instant;
  bool stream = true;
  Json tools = {};  // the list as it is sent: functions with their schemas; null: none
};

// Pieces of the answer as they come (reasoning left out). Returning false stops.
using OnToken = std::function<bool(std::string_view)>;

struct EndpointOverrides {
  std::string base_url;                         // empty: the profile's
  std::string key_env;                          // empty: the profile's
  std::string certificate_file = {};            // PEM, trusted in place of the system's certificates
  std::optional<EndpointLimits> limits = {};    // in place of the profile's
  std::shared_ptr<HttpClient> http = {};        // whose open connections are shared; empty: one's own
  std::shared_ptr<CallRecorder> recorder = {};  // listens to each call; empty: nobody does
};

// An OpenAI-compatible endpoint, POST {base_url}/chat/completions (the protocol as servers really speak it:
// docs/endpoint.md). Blocking; one call at a time an object, whose connection stays open between calls.
//
// The key comes from the environment only, and stands in no error, note or log: where a server repeats it, it
// is removed.
class ChatEndpoint {
 public:
  // Errors: `authentication` (no key in the environment, naming the variables), `configuration`.
  [[nodiscard]] static Result<std::unique_ptr<ChatEndpoint>> open(const ModelProfile& profile,
                                                                  const EndpointOverrides& overrides);
  virtual ~ChatEndpoint() = default;

  // Errors before the first token: `endpoint_refused`, `endpoint_unreachable`, `authentication`,
  // `context_overflow` (with the endpoint's own count in `overflow()`), `timed_out`, `too_large`, `cancelled`.
  // After the first token a break is no error: the partial text comes with Finish::incomplete and a note that
  // says why. A request is repeated (408, 409, 429, 5xx, a broken connection) only while no token has reached
  // the user.
  virtual Result<Generation> complete(const GenerationRequest& request, const OnToken& on_token,
                                      const Cancellation& cancellation) = 0;

  struct Overflow {
    std::uint64_t tokens = 0;  // of our prompt, as the endpoint counted; 0: not told
    bool at_least = false;     // `tokens` is where it stopped counting
    std::uint64_t window = 0;
  };
  // Of the last call that failed with `context_overflow`.
  [[nodiscard]] virtual std::optional<Overflow> overflow() const = 0;
};

}  // namespace kindling
