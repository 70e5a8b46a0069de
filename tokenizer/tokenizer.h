// Counting and making the tokens of a model's vocabulary: the one seam behind which every tokenizer stands.
//
// Implementations are immutable after opening and safe from any thread. Text is UTF-8; invalid bytes are
// counted as the reference tokenizer of the family counts U+FFFD. Special-token strings inside a text
// ("<|end|>", "[SEP]") are text, never control: a document must not be able to speak to the model.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/span.h"

namespace kindling {

using TokenId = std::int32_t;

// How the `tokens_max` of a count is meant.
enum class TokenBound : std::uint8_t {
  exact,       // the vocabulary is public: tokens == tokens_max
  calibrated,  // holds with a stated confidence, from observed usage
  worst_case,  // holds for every tokenizer of the family: one token a byte
};

[[nodiscard]] std::string_view to_string(TokenBound bound);

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  // Changes whenever any count could: hash of the vocabulary and the rules.
  [[nodiscard]] virtual std::string_view fingerprint() const = 0;
  [[nodiscard]] virtual TokenBound bound() const = 0;

  // Tokens of `text` alone: no beginning, end or template tokens. Time is linear in the text.
  [[nodiscard]] virtual TokenCount count(std::string_view text) const = 0;

  // The ids of `text`, without special tokens. Errors: `unsupported` where the vocabulary is closed (the
  // estimator).
  [[nodiscard]] virtual Result<std::vector<TokenId>> encode(std::string_view text) const = 0;
};

}  // namespace kindling
