#include "tokenizer/tokenizer.h"

#include "base/check.h"

namespace kindling {

std::string_view to_string(TokenBound bound) {
  switch (bound) {
    case TokenBound::exact:
      return "exact";
    case TokenBound::calibrated:
      return "calibrated";
    case TokenBound::worst_case:
      return "worst_case";
  }
  check_failed("TokenBound is known", __FILE__, __LINE__);
}

TokenCount Tokenizer::count_request(std::span<const std::string_view> texts, const RequestFrame& frame) const {
  const std::uint64_t around = frame.per_request + frame.per_message * frame.messages;
  TokenCount total{around, around};
  for (const std::string_view text : texts) total += count(text);
  return total;
}

std::uint64_t Tokenizer::part(std::string_view text, std::uint64_t) const { return count(text).tokens_max; }

bool Tokenizer::each_piece(std::string_view, const PieceSink&) const { return false; }

}  // namespace kindling
