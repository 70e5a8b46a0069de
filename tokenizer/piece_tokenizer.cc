#include "tokenizer/piece_tokenizer.h"

#include <utility>

#include "base/utf8.h"
#include "tokenizer/scratch_pool.h"

namespace kindling {
namespace {

class PieceTokenizer final : public Tokenizer {
 public:
  explicit PieceTokenizer(PieceTokenizerParts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] std::string_view name() const override { return parts_.name; }
  [[nodiscard]] std::string_view fingerprint() const override { return parts_.fingerprint; }
  [[nodiscard]] TokenBound bound() const override { return TokenBound::exact; }

  [[nodiscard]] TokenCount count(std::string_view text) const override {
    std::uint64_t tokens = 0;
    scratches_.with([&](PieceModel::Scratch& scratch) {
      each_piece_of(
          text, [&](std::string_view piece) { tokens += parts_.model->count(piece, scratch); },
          [&](TokenId) { ++tokens; });
    });
    return {tokens, tokens};
  }

  [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view text) const override {
    std::vector<TokenId> ids;
    ids.reserve(text.size() / 4 + 4);
    scratches_.with([&](PieceModel::Scratch& scratch) {
      each_piece_of(
          text, [&](std::string_view piece) { parts_.model->encode(piece, scratch, ids); },
          [&](TokenId id) { ids.push_back(id); });
    });
    return ids;
  }

 private:
  template <typename Piece, typename Added>
  void each_piece_of(std::string_view text, Piece use_piece, Added use_added) const {
    std::string valid;
    if (!is_valid_utf8(text)) text = valid = valid_utf8(text);
    const PieceCuts::Sink sink = use_piece;
    const char* begin = text.data();
    parts_.added.each(
        text,
        [&](std::string_view between) {
          const bool first = between.data() == begin;
          std::string changed;
          if (parts_.normalizer) between = changed = parts_.normalizer->apply(std::string(between));
          const char* changed_begin = between.data();
          parts_.added_normalised.each(
              between,
              [&](std::string_view part) {
                parts_.cuts.each(part, first && part.data() == changed_begin, sink);
              },
              use_added);
        },
        use_added);
  }

  PieceTokenizerParts parts_;
  ScratchPool<PieceModel::Scratch> scratches_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_piece_tokenizer(PieceTokenizerParts parts) {
  return std::make_unique<PieceTokenizer>(std::move(parts));
}

}  // namespace kindling
