// Counting and making the tokens of a model's vocabulary: the one seam behind which every tokenizer stands.
//
// Implementations are immutable after opening and safe from any thread. Text is UTF-8; invalid bytes are
// counted as the reference tokenizer of the family counts U+FFFD. Special-token strings inside a text
// ("<|end|>", "[SEP]") are text, never control: a document must not be able to speak to the model.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
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

// What a calibrated bound rests on.
struct CalibrationNote {
  double confidence = 0;      // that a request's true count is at most its `tokens_max`: .99
  std::uint64_t samples = 0;  // answers observed
};

// What a chat template puts around the texts of a request, at most.
struct RequestFrame {
  std::uint64_t messages = 0;
  std::uint64_t per_request = 0;  // tokens
  std::uint64_t per_message = 0;  // tokens
};

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  // Changes whenever any count could: hash of the vocabulary and the rules.
  [[nodiscard]] virtual std::string_view fingerprint() const = 0;
  [[nodiscard]] virtual TokenBound bound() const = 0;

  // Tokens of `text` alone: no beginning, end or template tokens. Time is linear in the text.
  [[nodiscard]] virtual TokenCount count(std::string_view text) const = 0;

  // Tokens of a whole request: of its texts, and of what the template adds. For most tokenizers the sum; a
  // calibrated bound is drawn around the request as a whole, since errors of its parts cancel out.
  [[nodiscard]] virtual TokenCount count_request(std::span<const std::string_view> texts,
                                                 const RequestFrame& frame) const;

  // What `text` takes up in a request of about `request_tokens` at most: for filling one. The parts add up to
  // the request's bound up to rounding; only `count_request` promises.
  [[nodiscard]] virtual std::uint64_t part(std::string_view text, std::uint64_t request_tokens) const;

  // Present where `bound()` is calibrated.
  [[nodiscard]] virtual std::optional<CalibrationNote> calibration() const { return std::nullopt; }

  // For counting parts of a text without counting them again (token_prefix.h): calls `sink` with the end and
  // the tokens of each piece that is counted by itself, in order, until it returns false. What a piece is
  // depends on nothing before it and on no more than the two pieces behind it. False, and no call, where the
  // text has no such pieces: in other families, and where it must be changed first (not UTF-8, not in the
  // model's normal form).
  using PieceSink = std::function<bool(std::size_t end, std::uint64_t tokens)>;
  [[nodiscard]] virtual bool each_piece(std::string_view text, const PieceSink& sink) const;

  // The ids of `text`, without special tokens. Errors: `unsupported` where the vocabulary is closed (the
  // estimator).
  [[nodiscard]] virtual Result<std::vector<TokenId>> encode(std::string_view text) const = 0;
};

}  // namespace kindling
