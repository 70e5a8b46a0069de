#include <fmt/format.h>

#include "base/env.h"
#include "base/files.h"
#include "base/log.h"
#include "engine/endpoint/address.h"
#include "engine/endpoint/call_recorder.h"
#include "engine/endpoint/chat_request.h"
#include "engine/endpoint/chat_stream.h"
#include "engine/endpoint/conclude.h"
#include "engine/endpoint/key.h"
#include "engine/endpoint/ledger.h"
#include "engine/endpoint/rate_limit.h"
#include "engine/endpoint/refusal.h"
#include "engine/endpoint/retry.h"
#include "engine/endpoint/secret.h"
#include "engine/generator.h"
#include "engine/pack/request_count.h"
#include "net/http_client.h"

namespace kindling {
namespace {

// One try: an answer, or an error that may be worth another try.
struct Attempt {
  std::optional<Generation> generation;
  Error error;
  bool again = false;
  bool limited = false;                            // it asks too often
  std::optional<std::chrono::milliseconds> delay;  // that the server asked for
};

class SystemChatEndpoint final : public ChatEndpoint {
 public:
  SystemChatEndpoint(ModelProfile profile, std::shared_ptr<const Tokenizer> tokenizer, EndpointLimits limits,
                     Secret key, std::shared_ptr<HttpClient> client)
      : profile_(std::move(profile)),
        tokenizer_(std::move(tokenizer)),
        limits_(limits),
        key_(std::move(key)),
        client_(std::move(client)) {
    const bool limited = profile_.requests_per_minute > 0 || profile_.tokens_per_minute > 0;
    if (limited && !profile_.rate_folder.empty()) rate_.emplace(system_files(), profile_);
  }

  Result<Generation> complete(const GenerationRequest& request, const OnToken& on_token,
                              const Cancellation& cancellation) override;
  [[nodiscard]] std::optional<Overflow> overflow() const override { return overflow_; }

 private:
  [[nodiscard]] std::chrono::milliseconds first_token_limit(const GenerationRequest& request) const;
  [[nodiscard]] HttpRequest http_request(const GenerationRequest& request) const;
  Result<double> wait_turn(std::uint64_t tokens, const Cancellation& cancellation);
  Attempt attempt(const GenerationRequest& request, HttpRequest& http, const OnToken& on_token,
                  const Stopwatch& clock, const Cancellation& cancellation);
  Attempt refused(const Refusal& refusal, const HttpResponse& response);
  [[nodiscard]] Generation generation(const GenerationRequest& request, const ChatStream& stream) const;
  void learn(const GenerationRequest& request, std::uint64_t prompt_tokens) const;

  const ModelProfile profile_;
  const std::shared_ptr<const Tokenizer> tokenizer_;
  const EndpointLimits limits_;
  const Secret key_;
  const std::shared_ptr<HttpClient> client_;
  std::optional<RateLimit> rate_;
  std::optional<Overflow> overflow_;
};

// The first byte of an answer that is not streamed comes with the last, and a model that thinks is silent
// before it speaks.
std::chrono::milliseconds SystemChatEndpoint::first_token_limit(const GenerationRequest& request) const {
  return request.stream && request.thinking == ThinkingMode::instant ? limits_.first_token : limits_.total;
}

HttpRequest SystemChatEndpoint::http_request(const GenerationRequest& request) const {
  HttpRequest http;
  http.url = profile_.base_url + "/chat/completions";
  http.headers = {{"Content-Type", "application/json"},
                  {"Accept", request.stream ? "text/event-stream, application/json" : "application/json"}};
  if (!key_.empty()) http.headers.emplace_back("Authorization", "Bearer " + key_.reveal());
  http.body = to_string(chat_body(profile_, request));
  const auto patience = first_token_limit(request);
  http.timeouts = {limits_.connect, patience, patience, limits_.total};  // until the first token is shown
  return http;
}

Result<Generation> SystemChatEndpoint::complete(const GenerationRequest& request, const OnToken& on_token,
                                                const Cancellation& cancellation) {
  const Stopwatch clock;
  overflow_.reset();
  HttpRequest http = http_request(request);
  constexpr std::uint64_t bytes_per_token = 4;  // where nobody has counted
  const std::uint64_t tokens =
      request.prompt_tokens_expected > 0 ? request.prompt_tokens_expected : http.body.size() / bytes_per_token;
  double limited_ms = 0;
  for (unsigned retry = 0;; ++retry) {
    KINDLING_TRY(const double waited_ms, wait_turn(tokens, cancellation));
    limited_ms += waited_ms;
    Attempt outcome = attempt(request, http, on_token, clock, cancellation);
    if (outcome.generation) {
      Generation& generation = *outcome.generation;
      generation.limited_ms = limited_ms;
      if (generation.usage.reported) learn(request, generation.usage.prompt_tokens);
      if (rate_) rate_->settle(tokens, generation.usage.prompt_tokens + generation.usage.completion_tokens);
      return std::move(generation);
    }
    if (overflow_ && !overflow_->at_least) learn(request, overflow_->tokens);
    const Error error = key_.hide(std::move(outcome.error).within(profile_.base_url));
    if (rate_ && outcome.limited && outcome.delay) rate_->close_for(*outcome.delay);
    if (!outcome.again || retry >= limits_.retries_max || cancellation.cancelled()) return error;
    const auto delay = outcome.delay.value_or(own_delay(retry, limits_.retry_base, random_u64()));
    log(LogLevel::info, fmt::format("{}; asking again in {} ms", error.sentence(), delay.count()));
    KINDLING_TRY_VOID(pause_for(delay, cancellation).within(profile_.base_url));
  }
}

// Waits for what the profile's limits leave, and tells how long that took, in milliseconds.
Result<double> SystemChatEndpoint::wait_turn(std::uint64_t tokens, const Cancellation& cancellation) {
  if (!rate_) return 0.;
  const Stopwatch watch;
  const auto delay = rate_->reserve(tokens);
  if (delay.count() == 0) return 0.;
  if (delay > limits_.total) {
    rate_->give_back(tokens);
    return Error{
        ErrorCode::endpoint_refused, profile_.base_url,
        fmt::format("{}{} leave no room for {} s", own_limits_words, profile_.name, delay.count() / 1'000),
        "ask again later, or raise the limits in the profile if the account has more"};
  }
  log(LogLevel::info, fmt::format("waiting {} ms for the limits of {}", delay.count(), profile_.name));
  Status waited = pause_for(delay, cancellation).within(profile_.base_url);
  if (!waited.ok()) {
    rate_->give_back(tokens);
    return std::move(waited).error();
  }
  return watch.milliseconds();
}

Attempt SystemChatEndpoint::attempt(const GenerationRequest& request, HttpRequest& http,
                                    const OnToken& on_token, const Stopwatch& clock,
                                    const Cancellation& cancellation) {
  ChatStream stream(on_token, clock, first_token_limit(request));
  const auto on_body = [&](std::string_view piece) {
    Result<bool> more = stream.take(piece);
    if (stream.shown()) http.timeouts.idle = limits_.idle;
    return more;
  };
  const Result<HttpResponse> response = client_->send(http, on_body, cancellation);
  if (response.ok() && response->status / 100 != 2) {
    return refused(refusal_from(response->status, response->body), *response);
  }

  const Status ended = response.ok() ? stream.finish() : Status(response.error());
  Attempt outcome;
  if (stream.complete() || stream.stopped()) {
    outcome.generation = generation(request, stream);
  } else if (stream.shown()) {  // never again: the user has read the beginning
    outcome.generation = generation(request, stream);
    outcome.generation->note =
        key_.hide(ended.ok() ? "the stream ended early" : "the stream broke: " + ended.error().why);
  } else if (stream.refusal()) {
    return refused(*stream.refusal(), response.ok() ? *response : HttpResponse{});
  } else if (ended.ok()) {
    outcome.error = {ErrorCode::endpoint_unreachable, "", "the stream ended before its first token", ""};
    outcome.again = true;
  } else {
    outcome.error = ended.error();
    outcome.again =
        outcome.error.code == ErrorCode::endpoint_unreachable || outcome.error.code == ErrorCode::timed_out;
  }
  return outcome;
}

Attempt SystemChatEndpoint::refused(const Refusal& refusal, const HttpResponse& response) {
  Attempt outcome;
  outcome.error = refusal.error;
  outcome.again = !refusal.final && may_retry(refusal.status, response);
  outcome.limited = refusal.status == 429;
  outcome.delay = asked_delay(response, now_ms());
  overflow_ = refusal.overflow;
  return outcome;
}

Generation SystemChatEndpoint::generation(const GenerationRequest& request, const ChatStream& stream) const {
  Generation generation = conclude(profile_, *tokenizer_, request, stream);
  generation.note = key_.hide(std::move(generation.note));
  return generation;
}

// Keeps what the endpoint counted, for the calibration of the estimator. Nothing that goes wrong here matters
// to the answer. A count far below ours is one of a prompt that was cut, and one that cannot be right teaches
// nothing (conclude says both to the user).
void SystemChatEndpoint::learn(const GenerationRequest& request, std::uint64_t prompt_tokens) const {
  constexpr double truncation_share = .5;
  if (profile_.ledger.empty() || profile_.tokenizer != "estimator" || prompt_tokens == 0) return;
  if (!is_plausible_count(profile_, request, prompt_tokens)) return;
  for (const ChatMessage& message : request.messages) {
    if (!message.media.empty()) return;
  }
  const Observation observation = observe_request(
      profile_, *tokenizer_, {.messages = request.messages, .tools = request.tools}, prompt_tokens);
  if (static_cast<double>(prompt_tokens) < truncation_share * static_cast<double>(observation.tokens)) return;
  const Status kept = Ledger(system_files(), profile_).add(observation);
  if (!kept.ok()) {
    log(LogLevel::warning, "the endpoint's count of the request is not kept: " + kept.error().sentence());
  }
}

}  // namespace

std::string_view to_string(Finish finish) {
  switch (finish) {
    case Finish::stop:
      return "stop";
    case Finish::length:
      return "length";
    case Finish::incomplete:
      return "incomplete";
    case Finish::refused:
      return "refused";
    case Finish::no_evidence:
      return "no_evidence";
  }
  return "unknown";
}

Result<std::unique_ptr<ChatEndpoint>> ChatEndpoint::open(const ModelProfile& profile,
                                                         const EndpointOverrides& overrides) {
  ModelProfile effective = profile;
  if (!overrides.base_url.empty()) effective.base_url = overrides.base_url;
  if (!overrides.key_env.empty()) effective.key_env = {overrides.key_env};
  KINDLING_TRY(effective.base_url, checked_base_url(effective.base_url));
  KINDLING_TRY(Secret key, read_key(system_files(), effective.key_env, key_folder(), effective.name));
  warn_of_open_key(effective.base_url, key, effective.name);
  KINDLING_TRY(auto tokenizer, profile_tokenizer(effective));
  std::shared_ptr<HttpClient> client = overrides.http;
  if (client == nullptr) {
    HttpClientOptions options;
    options.certificate_file = overrides.certificate_file;
    KINDLING_TRY(client, HttpClient::create(std::move(options)));
  }
  const EndpointLimits limits = overrides.limits.value_or(effective.timeouts);
  const auto make = [&](std::shared_ptr<HttpClient> over) -> std::unique_ptr<ChatEndpoint> {
    return std::make_unique<SystemChatEndpoint>(effective, tokenizer, limits, key, std::move(over));
  };
  if (overrides.recorder == nullptr) return make(std::move(client));
  return recorded(overrides.recorder, key, std::move(client), make);
}

}  // namespace kindling
