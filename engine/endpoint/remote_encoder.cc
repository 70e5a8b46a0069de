#include "engine/endpoint/remote_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/log.h"
#include "base/utf8.h"
#include "engine/endpoint/address.h"
#include "engine/endpoint/embedding_client.h"
#include "engine/endpoint/key.h"
#include "engine/endpoint/model_signature.h"
#include "tokenizer/estimator.h"

namespace kindling {
namespace {

constexpr std::size_t batch_texts_max = 128;
constexpr std::uint64_t batch_tokens_max = 100'000;  // estimated; the strictest known server takes 300,000
constexpr std::size_t batch_bytes_max = 1u << 20;
// Ours: what a model reads is not told by any endpoint, and most read this much.
constexpr std::size_t assumed_tokens_max = 8'192;

// Never to be changed: the signatures in all indexes are those of this text.
constexpr std::string_view probe_text =
    "The keeper of the lock counts seventeen boats before noon, writes their names into the ledger, and asks "
    "each captain where the cargo of salt, timber and printed books is bound.";

// Sizes of chunks where the vocabulary is not known: an estimate for an answer, not a bound.
class EstimatedTokens final : public Tokenizer {
 public:
  [[nodiscard]] std::string_view name() const override { return "estimator"; }
  [[nodiscard]] std::string_view fingerprint() const override { return fingerprint_; }
  [[nodiscard]] TokenBound bound() const override { return TokenBound::calibrated; }
  [[nodiscard]] TokenCount count(std::string_view text) const override {
    const TokenCount estimate = estimator_->count(text);
    return {estimate.tokens, estimate.tokens};
  }
  [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view text) const override {
    return estimator_->encode(text);
  }

 private:
  const std::unique_ptr<Tokenizer> estimator_ = make_estimator("estimator");
  const std::string fingerprint_ = "sizes of " + std::string(estimator_->fingerprint());
};

// Fingerprints are "remote ADDRESS DIMENSIONS SIGNATURE", with "dimensions=DIMENSIONS" where they were asked
// for.
std::string begin_of(std::string_view address) { return "remote " + std::string(address) + " "; }
constexpr std::string_view asked_mark = "dimensions=";

std::string_view head_of(std::string_view fingerprint) { return fingerprint.substr(0, fingerprint.rfind(' ')); }
std::string_view signature_of(std::string_view fingerprint) {
  return fingerprint.substr(std::min(fingerprint.rfind(' ') + 1, fingerprint.size()));
}

std::optional<std::size_t> asked_dimensions_in(std::string_view fingerprint, std::string_view address) {
  const std::string begin = begin_of(address) + std::string(asked_mark);
  if (!fingerprint.starts_with(begin)) return std::nullopt;
  std::size_t dimensions = 0;
  const auto number = fingerprint.substr(begin.size());
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), dimensions);
  return error == std::errc() && dimensions > 0 ? std::optional(dimensions) : std::nullopt;
}

// Fingerprints that were seen before, one file each by what stands before the signature, so that a vector that
// wobbles does not make another encoder each time: of the embedding cache, of a reencoding that was
// interrupted. A convenience: where nothing can be kept, nothing is.
std::string settled(const std::filesystem::path& folder, std::string fresh) {
  if (folder.empty()) return fresh;
  constexpr std::uint64_t bytes_max = 64u << 10;
  const auto path = folder / sha256_hex(head_of(fresh)).substr(0, 32);
  const auto known = system_files().read(path, bytes_max);
  if (known.ok() && head_of(*known) == head_of(fresh) &&
      is_same_model(signature_of(*known), signature_of(fresh)))
    return *known;
  const Status made = system_files().make_directories(folder);
  const Status kept = made.ok() ? write_atomically(system_files(), path, fresh) : made;
  if (!kept.ok()) log(LogLevel::debug, "the encoder's fingerprint is not kept: " + kept.error().sentence());
  return fresh;
}

class RemoteEncoder final : public Encoder {
 public:
  RemoteEncoder(std::string address, EmbeddingEndpoint endpoint, std::shared_ptr<HttpClient> http)
      : address_(std::move(address)), client_(std::move(endpoint), std::move(http)) {}

  // Asks for the probe's vector. To be called once, before anything else.
  Status learn(const RemoteEncoderOptions& options, const Cancellation& cancellation);

  [[nodiscard]] std::string_view name() const override { return address_; }
  [[nodiscard]] std::string_view fingerprint() const override { return fingerprint_; }
  [[nodiscard]] std::size_t dimensions() const override { return dimensions_; }
  [[nodiscard]] std::size_t tokens_max() const override { return assumed_tokens_max; }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return tokenizer_; }
  [[nodiscard]] Result<Embeddings> encode(std::span<const std::string_view> texts, EncodeOptions options,
                                          const Cancellation& cancellation) const override;

 private:
  [[nodiscard]] std::size_t batch_from(std::span<const std::string_view> texts, std::size_t first) const;
  Status encode_texts(std::span<const std::string_view> texts, std::size_t first, Embeddings& embeddings,
                      const Cancellation& cancellation) const;
  Result<EmbeddingReply> embed_half(std::string_view text, const Cancellation& cancellation) const;
  [[nodiscard]] Error changed(std::string why) const;

  const std::string address_;
  const EmbeddingClient client_;
  const EstimatedTokens tokenizer_;
  std::size_t dimensions_ = 0;
  std::string fingerprint_;
  mutable std::atomic<bool> warned_of_cut_{false};
};

Error RemoteEncoder::changed(std::string why) const {
  return {ErrorCode::encoder_mismatch, address_,
          "the model behind this address has changed since the index was made: " + std::move(why),
          "make the vectors anew with 'kindling reencode --encoder', or index into another folder"};
}

Status RemoteEncoder::learn(const RemoteEncoderOptions& options, const Cancellation& cancellation) {
  const std::array<std::string_view, 1> texts{probe_text};
  KINDLING_TRY(const EmbeddingReply probe, client_.embed(texts, cancellation));
  const auto asked = client_.endpoint().dimensions;
  dimensions_ = probe.dimensions;
  const std::string head =
      begin_of(address_) + std::string(asked ? asked_mark : "") + std::to_string(dimensions_);
  fingerprint_ = head + " " + model_signature(probe.values);

  const std::string_view built = options.index_fingerprint;
  const bool is_of_index = built.starts_with(begin_of(address_)) && !options.dimensions;
  if (is_of_index && head_of(built) != head && !asked)
    return changed("its vectors have " + std::to_string(dimensions_) + " numbers");
  if (asked && dimensions_ != *asked) {
    return Error{ErrorCode::endpoint_refused, address_,
                 fmt::format("gives vectors of {} numbers, not of the {} asked for", dimensions_, *asked),
                 "leave --dimensions out: this endpoint or model cannot shorten its vectors"};
  }
  if (head_of(built) == head) {
    if (!is_same_model(signature_of(built), signature_of(fingerprint_)))
      return changed("the vector of a fixed text is another");
    fingerprint_ = built;
    return {};
  }
  fingerprint_ = settled(options.known_folder, std::move(fingerprint_));
  return {};
}

// How many texts go together.
std::size_t RemoteEncoder::batch_from(std::span<const std::string_view> texts, std::size_t first) const {
  std::uint64_t tokens = 0;
  std::size_t bytes = 0;
  std::size_t end = first;
  while (end < texts.size() && end - first < batch_texts_max) {
    tokens += tokenizer_.count(texts[end]).tokens;
    bytes += texts[end].size();
    if (end > first && (tokens > batch_tokens_max || bytes > batch_bytes_max)) break;
    ++end;
  }
  return end - first;
}

Result<Embeddings> RemoteEncoder::encode(std::span<const std::string_view> texts, EncodeOptions,
                                         const Cancellation& cancellation) const {
  Embeddings embeddings{.count = texts.size(), .dimensions = dimensions_, .values = {}, .tokens = 0};
  embeddings.values.resize(texts.size() * dimensions_);
  for (std::size_t first = 0; first < texts.size();) {
    KINDLING_TRY_VOID(cancellation.check());
    const std::size_t count = batch_from(texts, first);
    KINDLING_TRY_VOID(encode_texts(texts.subspan(first, count), first, embeddings, cancellation));
    first += count;
  }
  return embeddings;
}

// Of the rows from `first` on.
Status RemoteEncoder::encode_texts(std::span<const std::string_view> texts, std::size_t first,
                                   Embeddings& embeddings, const Cancellation& cancellation) const {
  std::vector<std::string_view> sent(texts.begin(), texts.end());
  std::replace(sent.begin(), sent.end(), std::string_view(), std::string_view(" "));  // nothing is refused
  Result<EmbeddingReply> reply = client_.embed(sent, cancellation);
  if (!reply.ok() && reply.error().code == ErrorCode::context_overflow) {
    if (texts.size() > 1) {
      const std::size_t half = texts.size() / 2;
      KINDLING_TRY_VOID(encode_texts(texts.first(half), first, embeddings, cancellation));
      return encode_texts(texts.subspan(half), first + half, embeddings, cancellation);
    }
    reply = embed_half(texts.front(), cancellation);
    if (!reply.ok() && reply.error().code == ErrorCode::context_overflow) {
      return Error{ErrorCode::context_overflow, address_,
                   fmt::format("text {} of {}, of {} bytes, is too long for the model even when cut by half",
                               first + 1, embeddings.count, texts.front().size()),
                   "index with smaller chunks (--chunk-tokens)"};
    }
  }
  if (!reply.ok()) return reply.error();
  if (reply->dimensions != dimensions_) {
    return changed(fmt::format("its vectors have {} numbers, not {}", reply->dimensions, dimensions_));
  }
  std::copy(reply->values.begin(), reply->values.end(),
            embeddings.values.begin() + static_cast<std::ptrdiff_t>(first * dimensions_));
  if (reply->prompt_tokens > 0) {
    embeddings.tokens += reply->prompt_tokens;
  } else {
    for (const std::string_view text : texts) embeddings.tokens += tokenizer_.count(text).tokens;
  }
  return {};
}

Result<EmbeddingReply> RemoteEncoder::embed_half(std::string_view text,
                                                 const Cancellation& cancellation) const {
  if (!warned_of_cut_.exchange(true)) {
    log(LogLevel::warning,
        fmt::format("{}: a text of {} bytes is too long for the model; its first half is encoded, and so of "
                    "others like it",
                    address_, text.size()));
  }
  const std::array<std::string_view, 1> half{text.substr(0, floor_code_point(text, text.size() / 2))};
  return client_.embed(half, cancellation);
}

// The variables of the profile that speaks of the same address.
Result<std::vector<std::string>> key_variables(const std::string& base_url, const std::string& named) {
  if (!named.empty()) return std::vector<std::string>{named};
  KINDLING_TRY(const std::vector<ModelProfile> profiles, load_profiles());
  for (const ModelProfile& profile : profiles) {
    const auto url = checked_base_url(profile.base_url);
    if (url.ok() && *url == base_url) return profile.key_env;
  }
  return std::vector<std::string>();
}

}  // namespace

EndpointLimits remote_encoder_limits() {
  using namespace std::chrono_literals;
  EndpointLimits limits;
  limits.first_token = 60s;
  limits.total = 120s;
  limits.retries_max = 5;
  return limits;
}

bool is_remote_encoder(std::string_view name) {
  return name.starts_with("http://") || name.starts_with("https://");
}

Result<std::unique_ptr<Encoder>> open_remote_encoder(std::string_view address,
                                                     const RemoteEncoderOptions& options,
                                                     const Cancellation& cancellation) {
  const std::size_t mark = address.find('#');
  if (mark == std::string_view::npos || mark + 1 == address.size()) {
    return Error{ErrorCode::configuration, "--encoder " + std::string(address), "names no model",
                 "put it behind the address: https://HOST/v1#MODEL"};
  }
  EmbeddingEndpoint endpoint;
  KINDLING_TRY(endpoint.base_url, checked_base_url(address.substr(0, mark)).within("--encoder"));
  endpoint.model = address.substr(mark + 1);
  const std::string name = endpoint.base_url + "#" + endpoint.model;
  KINDLING_TRY(const auto variables, key_variables(endpoint.base_url, options.key_env));
  auto key = read_key(system_files(), variables, key_folder(), endpoint.base_url);
  if (!key.ok()) {
    Error error = std::move(key).error();
    error.mend = "set it to the endpoint's key, or name another variable with --encoder-key-env";
    return error;
  }
  endpoint.key = std::move(*key);
  warn_of_open_key(endpoint.base_url, endpoint.key, "--encoder");
  endpoint.dimensions =
      options.dimensions ? options.dimensions : asked_dimensions_in(options.index_fingerprint, name);
  endpoint.limits = options.limits;
  std::shared_ptr<HttpClient> http = options.http;
  if (http == nullptr) {
    KINDLING_TRY(http, HttpClient::create());
  }
  auto encoder = std::make_unique<RemoteEncoder>(name, std::move(endpoint), std::move(http));
  KINDLING_TRY_VOID(encoder->learn(options, cancellation));
  return std::unique_ptr<Encoder>(std::move(encoder));
}

}  // namespace kindling
