// The body of one answer, from the first byte to the last: told apart (stream, JSON, web page, or nothing of
// use), read, and shown as it comes.
//
// The content type is not trusted, for servers get it wrong: what the body begins with decides.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"
#include "engine/endpoint/answer_reader.h"
#include "engine/endpoint/refusal.h"
#include "engine/generator.h"
#include "net/sse.h"

namespace kindling {

class ChatStream {
 public:
  // Both are borrowed. `clock` runs since the user asked.
  ChatStream(const OnToken& on_token, const Stopwatch& clock, std::chrono::milliseconds first_token_limit)
      : on_token_(&on_token), clock_(&clock), first_token_limit_(first_token_limit) {}

  // For HttpClient: true while more is wanted. Errors: `endpoint_refused` (the stream holds an error, see
  // `refusal`, or is not what it should be), `timed_out`, `too_large`.
  [[nodiscard]] Result<bool> take(std::string_view piece);
  // After the last byte of a 2xx answer. Errors: as `take`.
  [[nodiscard]] Status finish();

  [[nodiscard]] bool shown() const { return !text_.empty(); }   // a token has reached the user
  [[nodiscard]] bool spoke() const { return answer_.spoke(); }  // the model has begun, if only to think
  [[nodiscard]] bool stopped() const { return stopped_; }       // the user wants no more
  [[nodiscard]] bool complete() const { return done_ || !answer_.finish_reason().empty(); }
  [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }
  [[nodiscard]] const AnswerReader& answer() const { return answer_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] double first_token_ms() const { return first_token_ms_; }

 private:
  enum class Kind { unknown, events, json, page, text, compressed };
  void tell_apart();
  Result<bool> take_events(std::string_view piece);
  Status take_event(const SseEvent& event);
  Status take_value(const Json& value);
  void show(std::string_view text);

  const OnToken* on_token_;
  const Stopwatch* clock_;
  Stopwatch watch_;  // since this try began
  std::chrono::milliseconds first_token_limit_;

  Kind kind_ = Kind::unknown;
  std::string body_;  // of a JSON answer or a page, or the beginning while it is undecided
  SseReader events_;
  AnswerReader answer_;
  std::optional<Refusal> refusal_;
  std::string text_;
  double first_token_ms_ = -1;
  bool done_ = false;
  bool stopped_ = false;
};

}  // namespace kindling
