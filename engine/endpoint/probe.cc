#include "engine/endpoint/probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/files.h"
#include "engine/endpoint/answer_reader.h"
#include "engine/endpoint/chat_request.h"
#include "engine/endpoint/conclude.h"
#include "engine/endpoint/key.h"
#include "engine/endpoint/probe_samples.h"
#include "engine/endpoint/refusal.h"
#include "engine/pack/request_count.h"
#include "net/http_client.h"

namespace kindling {
namespace {

// What one request came to.
struct Reaction {
  bool accepted = false;
  bool about_request = false;  // refused for what it holds, not for who asks or how often
  std::string why;             // it was refused
  std::string finish_reason;
  Usage usage;
};

class Probe {
 public:
  Probe(const ModelProfile& profile, const EndpointOverrides& overrides, const Cancellation& cancellation)
      : profile_(profile), overrides_(overrides), cancellation_(&cancellation) {
    if (!overrides.base_url.empty()) profile_.base_url = overrides.base_url;
    if (!overrides.key_env.empty()) profile_.key_env = {overrides.key_env};
    while (profile_.base_url.ends_with('/')) profile_.base_url.pop_back();
  }

  Result<ProbeReport> run();

 private:
  Status say_hello();
  Status look_at_models();
  Status look_at_output_limit();
  Status look_at_thinking();
  Status look_at_parameters();
  Status look_at_modalities();
  Status look_at_tools();

  [[nodiscard]] Json small_body(ThinkingMode mode = ThinkingMode::instant) const;
  Result<Reaction> send(const Json& body);
  Result<HttpResponse> exchange(const HttpRequest& request);
  void look_at_limits(const HttpResponse& response);
  void note(std::string key, Verdict verdict, std::string expected, std::string found);
  // Accepted where the profile expects it, refused where it does not.
  void compare(std::string key, bool expected, const Reaction& reaction);

  ModelProfile profile_;
  const EndpointOverrides overrides_;
  const Cancellation* cancellation_;
  std::shared_ptr<HttpClient> http_;
  Secret secret_;
  ProbeReport report_;
  bool limits_seen_ = false;
};

Result<ProbeReport> Probe::run() {
  HttpClientOptions options;
  options.certificate_file = overrides_.certificate_file;
  KINDLING_TRY(http_, HttpClient::create(std::move(options)));
  KINDLING_TRY_VOID(say_hello());
  KINDLING_TRY(secret_, read_key(system_files(), profile_.key_env, key_folder(), profile_.name));
  KINDLING_TRY_VOID(look_at_models());
  KINDLING_TRY_VOID(look_at_output_limit());
  KINDLING_TRY_VOID(look_at_thinking());
  KINDLING_TRY_VOID(look_at_parameters());
  KINDLING_TRY_VOID(look_at_modalities());
  KINDLING_TRY_VOID(look_at_tools());
  return std::move(report_);
}

void Probe::note(std::string key, Verdict verdict, std::string expected, std::string found) {
  report_.findings.push_back({std::move(key), verdict, std::move(expected), secret_.hide(std::move(found))});
}

void Probe::compare(std::string key, bool expected, const Reaction& reaction) {
  const bool told = reaction.accepted || reaction.about_request;
  const Verdict verdict = !told                           ? Verdict::unknown
                          : reaction.accepted == expected ? Verdict::same
                                                          : Verdict::differs;
  note(std::move(key), verdict, expected ? "accepted" : "refused",
       reaction.accepted ? "accepted" : reaction.why);
}

Json Probe::small_body(ThinkingMode mode) const {
  GenerationRequest request;
  request.messages = {{"user", "Reply with the single word: ready"}};
  request.output_tokens_max = std::min<std::uint64_t>(profile_.output_max, probe_output_tokens);
  request.thinking = mode;
  request.stream = false;
  return chat_body(profile_, request);
}

// A whole answer in a stream, by the way that questions go: what fails here fails for the user.
Status Probe::say_hello() {
  EndpointOverrides overrides = overrides_;
  overrides.http = http_;
  KINDLING_TRY(const auto endpoint, ChatEndpoint::open(profile_, overrides));
  KINDLING_TRY(const auto tokenizer, profile_tokenizer(profile_));
  GenerationRequest request;
  request.messages = {{"system", std::string(probe_prose)}, {"user", "Reply with the single word: ready"}};
  request.output_tokens_max = std::min<std::uint64_t>(profile_.output_max, probe_output_tokens);
  const TokenCount count = count_request(profile_, *tokenizer, {.messages = request.messages});
  request.prompt_tokens_expected = count.tokens;
  KINDLING_TRY(const Generation generation, endpoint->complete(request, {}, *cancellation_));
  ++report_.requests;
  report_.first_token_ms = generation.first_token_ms;
  report_.usage = generation.usage;
  note("base_url", Verdict::same, profile_.base_url, "answers: " + std::string(to_string(generation.finish)));
  const bool asked = profile_.parameters["stream_usage"].as_bool(true);
  const bool reported = generation.usage.reported;
  note("parameters.stream_usage", asked == reported || !asked ? Verdict::same : Verdict::differs,
       asked ? "usage at the end of a stream" : "no usage in streams", reported ? "usage" : "no usage");
  if (!reported) return {};
  const bool holds = generation.usage.prompt_tokens <= count.tokens_max;
  note("tokenizer", holds ? Verdict::same : Verdict::differs,
       fmt::format("{} tokens, at most {}", count.tokens, count.tokens_max),
       fmt::format("{} tokens", generation.usage.prompt_tokens));
  return {};
}

Result<HttpResponse> Probe::exchange(const HttpRequest& request) {
  ++report_.requests;
  HttpRequest signed_request = request;
  if (!secret_.empty()) signed_request.headers.emplace_back("Authorization", "Bearer " + secret_.reveal());
  const EndpointLimits limits = overrides_.limits.value_or(profile_.timeouts);
  signed_request.timeouts = {limits.connect, limits.total, limits.idle, limits.total};
  auto response = http_->send(signed_request, {}, *cancellation_);
  if (!response.ok()) return secret_.hide(std::move(response).within(profile_.base_url).error());
  look_at_limits(*response);
  return response;
}

Result<Reaction> Probe::send(const Json& body) {
  HttpRequest request;
  request.url = profile_.base_url + "/chat/completions";
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = to_string(body);
  Reaction reaction;
  const auto response = exchange(request);
  if (!response.ok() && response.error().code == ErrorCode::cancelled) return response.error();
  if (!response.ok()) {
    reaction.why = response.error().why;
    return reaction;
  }
  const auto json = parse_json(response->body);
  std::optional<Refusal> refusal = json.ok() ? refusal_in(*json) : std::nullopt;
  if (response->status / 100 != 2) refusal = refusal_from(response->status, response->body);
  if (refusal) {
    reaction.why = refusal->error.why;
    reaction.about_request = refusal->status == 400 || refusal->status == 422;
    return reaction;
  }
  AnswerReader answer;
  if (json.ok()) static_cast<void>(answer.take(*json));
  reaction.accepted = answer.saw_choice();
  if (!reaction.accepted) reaction.why = "no choice in the answer";
  reaction.finish_reason = answer.finish_reason();
  reaction.usage = answer.usage().value_or(Usage());
  report_.usage.prompt_tokens += reaction.usage.prompt_tokens;
  report_.usage.completion_tokens += reaction.usage.completion_tokens;
  report_.usage.reasoning_tokens += reaction.usage.reasoning_tokens;
  return reaction;
}

std::uint64_t count_in(std::string_view text) {
  std::uint64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

// What the server says of its limits a minute, once.
void Probe::look_at_limits(const HttpResponse& response) {
  if (limits_seen_) return;
  const std::array<std::tuple<std::string_view, std::string_view, std::uint64_t>, 2> limits = {
      {{"x-ratelimit-limit-requests", "limits.requests_per_minute", profile_.requests_per_minute},
       {"x-ratelimit-limit-tokens", "limits.tokens_per_minute", profile_.tokens_per_minute}}};
  for (const auto& [header, key, expected] : limits) {
    const std::uint64_t found = count_in(response.header(header));
    if (found == 0) continue;
    limits_seen_ = true;
    note(std::string(key), found == expected ? Verdict::same : Verdict::differs,
         expected == 0 ? "unknown" : std::to_string(expected), std::to_string(found));
  }
}

// The names that servers give to a model's window in their lists.
std::uint64_t window_in(const Json& model) {
  for (const auto path :
       {"max_model_len", "context_length", "context_window", "max_context_length", "meta.n_ctx"}) {
    if (model.at(path).as_integer() > 0) return static_cast<std::uint64_t>(model.at(path).as_integer());
  }
  return 0;
}

Status Probe::look_at_models() {
  HttpRequest request;
  request.method = "GET";
  request.url = profile_.base_url + "/models";
  const auto response = exchange(request);
  if (!response.ok() && response.error().code == ErrorCode::cancelled) return response.error();
  const auto json =
      response.ok() && response->status == 200 ? parse_json(response->body) : Result<Json>(Json());
  if (!json.ok() || !(*json)["data"].is_array()) {
    note("model", Verdict::unknown, profile_.model, "the endpoint lists no models");
    return {};
  }
  std::string names;
  for (const Json& model : (*json)["data"].items()) {
    names += (names.empty() ? "" : ", ") + std::string(model["id"].as_string());
    if (model["id"].as_string() != profile_.model) continue;
    note("model", Verdict::same, profile_.model, "listed");
    if (const std::uint64_t window = window_in(model); window > 0) {
      note("window", window == profile_.window ? Verdict::same : Verdict::differs,
           std::to_string(profile_.window), std::to_string(window));
    }
    return {};
  }
  constexpr std::size_t names_max = 200;
  if (names.size() > names_max) names = names.substr(0, names_max) + "...";
  note("model", Verdict::differs, profile_.model, names.empty() ? "an empty list" : "not among " + names);
  return {};
}

// A limit that is heeded ends a long answer; one under a wrong name is passed over or refused.
Status Probe::look_at_output_limit() {
  constexpr std::uint64_t limit = 16;
  const std::string name(profile_.parameters["output_limit"].as_string("max_tokens"));
  Json body = small_body();
  Json messages = Json::array();
  messages.push(
      Json::object({{"role", "user"}, {"content", "Count from 1 to 100 in words, separated by blanks."}}));
  body.set("messages", std::move(messages)).set(name, limit);
  KINDLING_TRY(const Reaction reaction, send(body));
  if (!reaction.accepted) {
    compare("parameters.output_limit", true, reaction);
    return {};
  }
  const bool heeded = reaction.finish_reason == "length" ||
                      (reaction.usage.reported && reaction.usage.completion_tokens <= limit);
  note("parameters.output_limit", heeded ? Verdict::same : Verdict::differs, name + " ends an answer",
       heeded ? "it does"
              : fmt::format("{} tokens in spite of {} = {}", reaction.usage.completion_tokens, name, limit));
  return {};
}

Status Probe::look_at_thinking() {
  for (const auto mode : {ThinkingMode::instant, ThinkingMode::thinking, ThinkingMode::contemplating}) {
    const std::string name(to_string(mode));
    if (!profile_.parameters["thinking"].has(name)) continue;
    KINDLING_TRY(const Reaction reaction, send(small_body(mode)));
    compare("parameters.thinking." + name, true, reaction);
  }
  return {};
}

Status Probe::look_at_parameters() {
  for (const Json& name : profile_.parameters["unsupported"].items()) {
    const Json sample = sample_of(name.as_string());
    if (sample.is_null()) continue;
    Json body = small_body();
    body.set(name.as_string(), sample);
    if (name.as_string() == "top_logprobs") body.set("logprobs", true);
    KINDLING_TRY(const Reaction reaction, send(body));
    compare("parameters.unsupported: " + std::string(name.as_string()), false, reaction);
  }
  for (const Json& group : profile_.parameters["exclusive"].items()) {
    Json body = small_body();
    std::string names;
    for (const Json& name : group.items()) {
      body.set(name.as_string(), sample_of(name.as_string()));
      names += (names.empty() ? "" : " and ") + std::string(name.as_string());
    }
    KINDLING_TRY(const Reaction reaction, send(body));
    compare("parameters.exclusive: " + names, false, reaction);
  }
  return {};
}

Status Probe::look_at_modalities() {
  for (const auto kind : {MediumKind::image, MediumKind::audio}) {
    const std::string name(to_string(kind));
    const bool expected =
        std::find(profile_.modalities.begin(), profile_.modalities.end(), name) != profile_.modalities.end();
    Json body = small_body();
    Json messages = Json::array();
    messages.push(message_json({"user", "Reply with the single word: ready", {sample_medium(kind)}}));
    body.set("messages", std::move(messages));
    KINDLING_TRY(const Reaction reaction, send(body));
    compare("modalities: " + name, expected, reaction);
  }
  return {};
}

Status Probe::look_at_tools() {
  Json body = small_body();
  body.set("tools", sample_tools());
  KINDLING_TRY(const Reaction reaction, send(body));
  compare("tools", true, reaction);
  return {};
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::same:
      return "same";
    case Verdict::differs:
      return "differs";
    case Verdict::unknown:
      return "unknown";
  }
  return "unknown";
}

bool ProbeReport::differs() const {
  return std::any_of(findings.begin(), findings.end(),
                     [](const ProbeFinding& finding) { return finding.verdict == Verdict::differs; });
}

Result<ProbeReport> probe_endpoint(const ModelProfile& profile, const EndpointOverrides& overrides,
                                   const Cancellation& cancellation) {
  return Probe(profile, overrides, cancellation).run();
}

}  // namespace kindling
