#include "tokenizer/sentencepiece.h"

#include <sentencepiece_processor.h>

#include <exception>

#include "base/digest.h"
#include "base/utf8.h"
#include "tokenizer/sentencepiece_model.h"
#include "tokenizer/sentencepiece_own.h"

namespace kindling {
namespace {

class SentencePiece final : public Tokenizer {
 public:
  SentencePiece(std::string name, std::string fingerprint)
      : name_(std::move(name)), fingerprint_(std::move(fingerprint)) {}

  // Errors: `malformed`.
  Status load(std::string_view model) {
    const auto status = processor_.LoadFromSerializedProto(model);
    if (status.ok()) return {};
    return Error{ErrorCode::malformed, name_, "not a SentencePiece model: " + std::string(status.message()),
                 "give the .model file"};
  }

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] std::string_view fingerprint() const override { return fingerprint_; }
  [[nodiscard]] TokenBound bound() const override { return TokenBound::exact; }

  [[nodiscard]] TokenCount count(std::string_view text) const override {
    const auto ids = encode(text);
    // What the library refuses (it has no such text) is counted as a byte a token, which is never too few.
    const std::uint64_t tokens = ids ? ids->size() : text.size();
    return {tokens, tokens};
  }

  [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view text) const override {
    std::vector<int> ids;
    try {
      const auto status =
          is_valid_utf8(text) ? processor_.Encode(text, &ids) : processor_.Encode(valid_utf8(text), &ids);
      if (!status.ok()) return refused(status.ToString());
    } catch (const std::exception& thrown) {
      return refused(thrown.what());
    }
    return ids;
  }

 private:
  [[nodiscard]] Error refused(std::string why) const {
    return {ErrorCode::unsupported, name_, std::move(why), ""};
  }

  std::string name_;
  std::string fingerprint_;
  sentencepiece::SentencePieceProcessor processor_;
};

}  // namespace

Result<std::unique_ptr<Tokenizer>> open_sentencepiece(std::string name, std::string_view model) {
  auto tokenizer = std::make_unique<SentencePiece>(name, sha256_hex(model).substr(0, 32));
  try {
    KINDLING_TRY(const std::string defused, without_control_pieces(model).within(name));
    KINDLING_TRY_VOID(tokenizer->load(defused));
    if (auto own = open_own_sentencepiece(name, std::string(tokenizer->fingerprint()), defused)) return own;
  } catch (const std::exception& thrown) {
    return Error{ErrorCode::malformed, std::move(name), thrown.what(), "give the .model file"};
  }
  return std::unique_ptr<Tokenizer>(std::move(tokenizer));
}

}  // namespace kindling
