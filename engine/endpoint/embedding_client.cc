#include "engine/endpoint/embedding_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/check.h"
#include "base/env.h"
#include "base/log.h"
#include "engine/endpoint/retry.h"

namespace kindling {
namespace {

// Words of servers of embeddings whose refusal names no window that parse_overflow knows: llama.cpp (with
// status 500), TEI, Infinity, Cohere's and Voyage's.
bool speaks_of_length(std::string_view message) {
  constexpr auto words =
      std::to_array<std::string_view>({"too large to process", "must have less than", "too long",
                                       "maximum input length", "maximum context length", "max allowed tokens",
                                       "exceeds the context", "exceeds maximum", "greater than the model"});
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return message.find(word) != std::string_view::npos; });
}

bool is_too_long(const Refusal& refusal) {
  if (refusal.overflow || refusal.status == 413) return true;
  const bool of_request = refusal.status == 400 || refusal.status == 422 || refusal.status == 500;
  return of_request && speaks_of_length(refusal.error.why);
}

}  // namespace

// One try.
struct EmbeddingClient::Attempt {
  Result<EmbeddingReply> reply;
  bool again = false;
  bool at_once = false;  // with a request that is put otherwise
  std::optional<std::chrono::milliseconds> delay = {};
};

HttpRequest EmbeddingClient::request(std::span<const std::string_view> texts) const {
  Json input = Json::array();
  for (const std::string_view text : texts) input.push(text);
  Json body = Json::object({{"model", endpoint_.model}, {"input", std::move(input)}});
  if (!plain_) body.set("encoding_format", "base64");
  if (endpoint_.dimensions) body.set("dimensions", *endpoint_.dimensions);
  HttpRequest http;
  http.url = endpoint_.base_url + "/embeddings";
  http.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  if (!endpoint_.key.empty()) http.headers.emplace_back("Authorization", "Bearer " + endpoint_.key.reveal());
  http.body = to_string(body);
  http.timeouts = {endpoint_.limits.connect, endpoint_.limits.first_token, endpoint_.limits.idle,
                   endpoint_.limits.total};
  return http;
}

EmbeddingClient::Attempt EmbeddingClient::refused(Refusal refusal, const HttpResponse& response) const {
  if (is_too_long(refusal)) refusal.error.code = ErrorCode::context_overflow;
  if (endpoint_.key.empty() && refusal.error.code == ErrorCode::authentication)
    refusal.error.mend = "name the variable that holds the key with --encoder-key-env";
  const bool too_long = refusal.error.code == ErrorCode::context_overflow;
  const bool unknown_format = refusal.status / 100 == 4 &&
                              refusal.error.why.find("encoding_format") != std::string::npos &&
                              !plain_.exchange(true);
  const bool again = unknown_format || (!too_long && !refusal.final && may_retry(refusal.status, response));
  return {std::move(refusal.error), again, unknown_format, asked_delay(response, now_ms())};
}

EmbeddingClient::Attempt EmbeddingClient::attempt(std::span<const std::string_view> texts,
                                                  const Cancellation& cancellation) const {
  const Result<HttpResponse> response = http_->send(request(texts), {}, cancellation);
  if (!response.ok()) {
    const ErrorCode code = response.error().code;
    return {response.error(), code == ErrorCode::endpoint_unreachable || code == ErrorCode::timed_out};
  }
  if (response->status / 100 != 2) return refused(refusal_from(response->status, response->body), *response);
  const Result<Json> body = parse_json(response->body);
  if (!body.ok()) {
    if (is_web_page(response->body)) return {refusal_from(response->status, response->body).error};
    return {
        Error{ErrorCode::endpoint_refused, "",
              "the answer of the embedding model is not JSON, or was cut on its way: " + body.error().why, ""},
        true};
  }
  if (auto refusal = refusal_in(*body)) return refused(std::move(*refusal), *response);
  return {read_embedding_reply(*body, texts.size())};
}

Result<EmbeddingReply> EmbeddingClient::embed(std::span<const std::string_view> texts,
                                              const Cancellation& cancellation) const {
  KINDLING_CHECK(!texts.empty());
  for (unsigned retry = 0;; ++retry) {
    KINDLING_TRY_VOID(cancellation.check());  // a quick answer would come before anybody looked
    Attempt outcome = attempt(texts, cancellation);
    if (outcome.reply.ok()) return std::move(outcome.reply);
    const Error error = endpoint_.key.hide(std::move(outcome.reply).error().within(endpoint_.base_url));
    if (!outcome.again || retry >= endpoint_.limits.retries_max || cancellation.cancelled()) return error;
    if (outcome.at_once) continue;
    const auto delay = outcome.delay.value_or(own_delay(retry, endpoint_.limits.retry_base, random_u64()));
    log(LogLevel::info, fmt::format("{}; asking again in {} ms", error.sentence(), delay.count()));
    KINDLING_TRY_VOID(pause_for(delay, cancellation).within(endpoint_.base_url));
  }
}

}  // namespace kindling
