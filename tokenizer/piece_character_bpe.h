// Byte-pair encoding that begins with characters, as SentencePiece and Hugging Face `tokenizers` do it for
// Llama 2, Mistral and Gemma: words carry their blank as U+2581, and characters that no token is for become
// bytes or the unknown token.
//
// What is merged at once is cut where no token can reach: at characters without a token, and before U+2581
// where no token has it behind the character before. So texts of any length are counted word by word.
//
// Private to tokenizer/. Immutable; safe from any thread.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/bpe_model.h"
#include "tokenizer/piece_model.h"

namespace kindling {

class CharacterBpe final : public PieceModel {
 public:
  // Requires: vocabulary.of_characters, not whole_first. Errors: as BpeMerges::from.
  [[nodiscard]] static Result<std::unique_ptr<PieceModel>> from(const BpeVocabulary& vocabulary,
                                                                UnknownCharacters unknown);

  [[nodiscard]] std::size_t count(std::string_view piece, Scratch& scratch) const override;
  void encode(std::string_view piece, Scratch& scratch, std::vector<TokenId>& out) const override;

 private:
  CharacterBpe(const BpeVocabulary& vocabulary, BpeMerges merges, UnknownCharacters unknown);
  template <typename Known, typename Unknown>
  void each_segment(std::string_view piece, Known known, Unknown unknown) const;
  std::size_t count_segment(std::string_view segment, const char* last_readable, Scratch& scratch) const;

  BpeModel model_;
  UnknownCharacters unknown_;
  // A bit for every code point: it is a token; it stands before U+2581 in a token.
  std::vector<std::uint64_t> known_, before_blank_;
};

}  // namespace kindling
