// An encoder for tests that need vectors but no meaning: each word adds a fixed pseudo-random direction, so that texts that
// share words are near each other. Deterministic.
#pragma once

#include <cmath>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "encoder/encoder.h"

namespace kindling {

// Tokens are words and single other characters, split at white space.
class WordTokenizer final : public Tokenizer {
 public:
  [[nodiscard]] std::string_view name() const override { return "words"; }
  [[nodiscard]] std::string_view fingerprint() const override { return "words-1"; }
  [[nodiscard]] TokenBound bound() const override { return TokenBound::exact; }
  [[nodiscard]] TokenCount count(std::string_view text) const override {
    std::uint64_t tokens = 0;
    bool inside = false;
    for (const char c : text) {
      const bool letter = static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c)) != 0;
      if (letter ? !inside : static_cast<unsigned char>(c) > ' ') ++tokens;
      inside = letter;
    }
    return {tokens, tokens};
  }
  [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view) const override {
    return Error{ErrorCode::unsupported, "", "words have no ids", ""};
  }
};

class HashEncoder final : public Encoder {
 public:
  [[nodiscard]] std::string_view name() const override { return "hash"; }
  [[nodiscard]] std::string_view fingerprint() const override { return "hash-1"; }
  [[nodiscard]] std::size_t dimensions() const override { return 32; }
  [[nodiscard]] std::size_t tokens_max() const override { return 256; }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return tokenizer_; }
  [[nodiscard]] Result<Embeddings> encode(std::span<const std::string_view> texts, EncodeOptions,
                                          const Cancellation& cancellation) const override {
    KINDLING_TRY_VOID(cancellation.check());
    Embeddings embeddings{.count = texts.size(), .dimensions = dimensions(), .values = {}, .tokens = 0};
    for (const std::string_view text : texts) {
      std::vector<float> sum(dimensions(), 0.f);
      sum[0] = .01f;
      std::istringstream words{std::string(text)};
      for (std::string word; words >> word;) {
        std::minstd_rand random(static_cast<unsigned>(std::hash<std::string>{}(word)));
        for (float& value : sum) value += static_cast<float>(random() % 2001) / 1000.f - 1;
        ++embeddings.tokens;
      }
      float length = 0;
      for (const float value : sum) length += value * value;
      for (const float value : sum) embeddings.values.push_back(value / std::sqrt(length));
    }
    return embeddings;
  }

 private:
  WordTokenizer tokenizer_;
};

}  // namespace kindling
