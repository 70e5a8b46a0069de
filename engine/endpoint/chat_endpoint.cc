#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/env.h"
#include "base/files.h"
#include "base/log.h"
#include "engine/endpoint/chat_request.h"
#include "engine/endpoint/chat_stream.h"
#include "engine/endpoint/ledger.h"
#include "engine/endpoint/refusal.h"
#include "engine/endpoint/retry.h"
#include "engine/endpoint/secret.h"
#include "engine/generator.h"
#include "engine/request_count.h"
#include "net/http_client.h"
#include "net/url.h"

namespace kindling {
namespace {

constexpr double truncation_share = .5;               // a prompt counted at less than this part of ours was cut
constexpr std::uint64_t truncation_tokens_min = 500;  // below, the template and our estimate blur it
constexpr std::chrono::milliseconds pause_step{10};

// One try: an answer, or an error that may be worth another try.
struct Attempt {
  std::optional<Generation> generation;
  Error error;
  bool again = false;
  std::optional<std::chrono::milliseconds> delay;  // that the server asked for
};

class SystemChatEndpoint final : public ChatEndpoint {
 public:
  SystemChatEndpoint(ModelProfile profile, std::shared_ptr<const Tokenizer> tokenizer, EndpointLimits limits,
                     Secret key)
      : profile_(std::move(profile)), tokenizer_(std::move(tokenizer)), limits_(limits), key_(std::move(key)) {}

  Status prepare(const std::string& certificate_file);  // before all else
  Result<Generation> complete(const GenerationRequest& request, const OnToken& on_token,
                              const Cancellation& cancellation) override;
  [[nodiscard]] std::optional<Overflow> overflow() const override { return overflow_; }

 private:
  [[nodiscard]] std::chrono::milliseconds first_token_limit(const GenerationRequest& request) const;
  [[nodiscard]] HttpRequest http_request(const GenerationRequest& request) const;
  Attempt attempt(const GenerationRequest& request, HttpRequest& http, const OnToken& on_token,
                  const Stopwatch& clock, const Cancellation& cancellation);
  Attempt refused(const Refusal& refusal, const HttpResponse& response);
  [[nodiscard]] Generation generation(const GenerationRequest& request, const ChatStream& stream) const;
  [[nodiscard]] Usage usage(const GenerationRequest& request, const ChatStream& stream) const;
  void learn(const GenerationRequest& request, std::uint64_t prompt_tokens) const;
  Status pause(std::chrono::milliseconds delay, const Cancellation& cancellation) const;

  ModelProfile profile_;
  std::shared_ptr<const Tokenizer> tokenizer_;
  EndpointLimits limits_;
  Secret key_;
  std::unique_ptr<HttpClient> client_;
  std::optional<Overflow> overflow_;
};

Status SystemChatEndpoint::prepare(const std::string& certificate_file) {
  HttpClientOptions options;
  options.certificate_file = certificate_file;
  KINDLING_TRY(client_, HttpClient::create(std::move(options)));
  return {};
}

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
  http.timeouts = {limits_.connect, patience, std::max(patience, limits_.idle), limits_.total};
  return http;
}

Result<Generation> SystemChatEndpoint::complete(const GenerationRequest& request, const OnToken& on_token,
                                                const Cancellation& cancellation) {
  const Stopwatch clock;
  overflow_.reset();
  HttpRequest http = http_request(request);
  for (unsigned retry = 0;; ++retry) {
    Attempt outcome = attempt(request, http, on_token, clock, cancellation);
    if (outcome.generation) {
      if (outcome.generation->usage.reported) learn(request, outcome.generation->usage.prompt_tokens);
      return std::move(*outcome.generation);
    }
    if (overflow_ && !overflow_->at_least) learn(request, overflow_->tokens);
    const Error error = key_.hide(std::move(outcome.error).within(profile_.base_url));
    if (!outcome.again || retry == limits_.retries_max || cancellation.cancelled()) return error;
    const auto delay = outcome.delay.value_or(own_delay(retry, limits_.retry_base, random_u64()));
    log(LogLevel::info, fmt::format("{}; asking again in {} ms", error.sentence(), delay.count()));
    KINDLING_TRY_VOID(pause(delay, cancellation));
  }
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
  outcome.delay = asked_delay(response, now_ms());
  overflow_ = refusal.overflow;
  return outcome;
}

Finish finish_of(const ChatStream& stream) {
  const std::string& reason = stream.answer().finish_reason();
  if (reason == "length" || reason == "max_tokens") return Finish::length;
  if (reason == "content_filter" || !stream.answer().refusal().empty()) return Finish::refused;
  if (reason == "tool_calls" || reason == "function_call") return Finish::incomplete;
  return stream.complete() && !stream.stopped() ? Finish::stop : Finish::incomplete;
}

std::string note_of(const GenerationRequest& request, const ChatStream& stream, Finish finish,
                    const Usage& usage) {
  const auto expected = static_cast<double>(request.prompt_tokens_expected);
  const bool cut = usage.reported && usage.prompt_tokens > 0 &&
                   request.prompt_tokens_expected >= truncation_tokens_min &&
                   static_cast<double>(usage.prompt_tokens) < truncation_share * expected;
  if (cut) {
    return fmt::format(
        "the endpoint counted {} tokens of about {} sent: it has probably cut the prompt silently",
        usage.prompt_tokens, request.prompt_tokens_expected);
  }
  if (!stream.answer().refusal().empty()) return "the model refuses: " + stream.answer().refusal();
  if (finish == Finish::refused) return "the endpoint's content filter stopped the answer";
  if (stream.stopped()) return "stopped on request";
  if (finish == Finish::incomplete && stream.complete())
    return "the model called a tool, although none was offered";
  if (finish == Finish::length && stream.text().empty()) {
    return "all tokens kept for the answer went into reasoning; reserve more, or think less";
  }
  if (finish == Finish::stop && stream.text().empty()) return "the model said nothing";
  return {};
}

Generation SystemChatEndpoint::generation(const GenerationRequest& request, const ChatStream& stream) const {
  Generation generation;
  generation.text = stream.text();
  generation.finish = finish_of(stream);
  generation.usage = usage(request, stream);
  generation.note = key_.hide(note_of(request, stream, generation.finish, generation.usage));
  generation.first_token_ms = stream.first_token_ms();
  return generation;
}

double cost_of(const Usage& usage, const Price& price) {
  if (price.input < 0 || price.output < 0) return -1;
  const double cached_price = price.cached_input < 0 ? price.input : price.cached_input;
  const auto cached = static_cast<double>(usage.cached_tokens);
  return (static_cast<double>(usage.prompt_tokens) - cached) * price.input / 1e6 + cached * cached_price / 1e6 +
         static_cast<double>(usage.completion_tokens) * price.output / 1e6;
}

Usage SystemChatEndpoint::usage(const GenerationRequest& request, const ChatStream& stream) const {
  Usage usage;
  if (stream.answer().usage()) {
    usage = *stream.answer().usage();
  } else {
    usage.prompt_tokens = request.prompt_tokens_expected;
    usage.completion_tokens = tokenizer_->count(stream.text()).tokens;
  }
  usage.cost = cost_of(usage, profile_.price);
  return usage;
}

// Keeps what the endpoint counted, for the calibration of the estimator. Nothing that goes wrong here matters
// to the answer. A count far below ours is one of a prompt that was cut (note_of says so to the user).
void SystemChatEndpoint::learn(const GenerationRequest& request, std::uint64_t prompt_tokens) const {
  if (profile_.ledger.empty() || profile_.tokenizer != "estimator" || prompt_tokens == 0) return;
  for (const ChatMessage& message : request.messages) {
    if (!message.media.empty()) return;
  }
  const Observation observation =
      observe_request(profile_, *tokenizer_, {.messages = request.messages}, prompt_tokens);
  if (static_cast<double>(prompt_tokens) < truncation_share * static_cast<double>(observation.tokens)) return;
  const Status kept = Ledger(system_files(), profile_).add(observation);
  if (!kept.ok()) {
    log(LogLevel::warning, "the endpoint's count of the request is not kept: " + kept.error().sentence());
  }
}

Status SystemChatEndpoint::pause(std::chrono::milliseconds delay, const Cancellation& cancellation) const {
  const Stopwatch watch;
  while (watch.milliseconds() < static_cast<double>(delay.count())) {
    KINDLING_TRY_VOID(cancellation.check().within(profile_.base_url));
    std::this_thread::sleep_for(std::min(delay, pause_step));
  }
  return {};
}

// The key from the first variable that is set; no variables, no key.
Result<Secret> read_key(const std::vector<std::string>& variables, std::string_view profile_name) {
  std::string names;
  for (const std::string& variable : variables) {
    names += (names.empty() ? "$" : " or $") + variable;
    const auto value = environment(variable.c_str());
    if (!value) continue;
    const std::size_t begin = value->find_first_not_of(" \t\r\n");
    if (begin == std::string::npos) continue;
    std::string key = value->substr(begin, value->find_last_not_of(" \t\r\n") - begin + 1);
    for (const char c : key) {
      if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f) {
        return Error{ErrorCode::authentication, "$" + variable,
                     "holds a blank or a control character, which no key does", "set it again"};
      }
    }
    return Secret(std::move(key));
  }
  if (variables.empty()) return Secret();
  return Error{ErrorCode::authentication, std::string(profile_name), "no key: " + names + " is not set",
               "set it to the endpoint's key, or name another variable with --key-env"};
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
  while (effective.base_url.ends_with('/')) effective.base_url.pop_back();

  Result<Url> url = parse_url(effective.base_url);
  if (!url.ok()) return std::move(url).within("base URL").error();
  if (url->target.find('?') != std::string::npos) {
    return Error{ErrorCode::configuration, "base URL", "holds a query ('?')", "give the part before it"};
  }
  KINDLING_TRY(Secret key, read_key(effective.key_env, effective.name));
  if (!key.empty() && !url->tls && url->host != "localhost" && !url->host.starts_with("127.") &&
      url->host != "::1") {
    log(LogLevel::warning,
        effective.name + ": the key travels unencrypted to " + url->host + "; use an https address");
  }
  KINDLING_TRY(auto tokenizer, profile_tokenizer(effective));
  auto endpoint = std::make_unique<SystemChatEndpoint>(std::move(effective), std::move(tokenizer),
                                                       overrides.limits, std::move(key));
  KINDLING_TRY_VOID(endpoint->prepare(overrides.certificate_file));
  return std::unique_ptr<ChatEndpoint>(std::move(endpoint));
}

}  // namespace kindling
