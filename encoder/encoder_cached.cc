// An encoder with a cache in front of it.
#include <algorithm>
#include <map>
#include <utility>

#include "encoder/encoder_cache.h"

namespace kindling {
namespace {

class CachedEncoder final : public Encoder {
 public:
  CachedEncoder(std::unique_ptr<Encoder> inner, std::unique_ptr<EncoderCache> cache)
      : inner_(std::move(inner)), cache_(std::move(cache)) {}

  [[nodiscard]] std::string_view name() const override { return inner_->name(); }
  [[nodiscard]] std::string_view fingerprint() const override { return inner_->fingerprint(); }
  [[nodiscard]] std::size_t dimensions() const override { return inner_->dimensions(); }
  [[nodiscard]] Precision precision() const override { return inner_->precision(); }
  [[nodiscard]] float trust() const override { return inner_->trust(); }
  [[nodiscard]] std::size_t tokens_max() const override { return inner_->tokens_max(); }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return inner_->tokenizer(); }

  [[nodiscard]] Result<Embeddings> encode(std::span<const std::string_view> texts, EncodeOptions options,
                                          const Cancellation& cancellation) const override {
    if (options.query) return inner_->encode(texts, options, cancellation);
    Embeddings result;
    result.count = texts.size();
    result.dimensions = dimensions();
    result.values.resize(texts.size() * result.dimensions);
    const auto row = [&](std::size_t i) {
      return std::span(result.values).subspan(i * result.dimensions, result.dimensions);
    };
    std::vector<std::string_view> missing;                         // each text once
    std::map<std::string, std::vector<std::size_t>> rows_missing;  // by key
    std::vector<const std::string*> keys;                          // of `missing`
    for (std::size_t i = 0; i < texts.size(); ++i) {
      std::string key = cache_key(texts[i]);
      if (cache_->find(key, row(i))) continue;
      const auto [place, is_new] = rows_missing.try_emplace(std::move(key));
      place->second.push_back(i);
      if (!is_new) continue;
      missing.push_back(texts[i]);
      keys.push_back(&place->first);
    }
    if (missing.empty()) return result;
    KINDLING_TRY(const Embeddings encoded, inner_->encode(missing, options, cancellation));
    result.tokens = encoded.tokens;
    for (std::size_t m = 0; m < missing.size(); ++m) {
      for (const std::size_t i : rows_missing.at(*keys[m])) std::ranges::copy(encoded.row(m), row(i).begin());
      cache_->put(*keys[m], encoded.row(m));
    }
    return result;
  }

 private:
  std::unique_ptr<Encoder> inner_;
  std::unique_ptr<EncoderCache> cache_;
};

}  // namespace

std::string cache_model(const Encoder& encoder) {
  return std::string(encoder.fingerprint()) + "\n" + std::string(to_string(encoder.precision()));
}

std::unique_ptr<Encoder> with_cache(std::unique_ptr<Encoder> inner, std::unique_ptr<EncoderCache> cache) {
  return std::make_unique<CachedEncoder>(std::move(inner), std::move(cache));
}

}  // namespace kindling
