// The unigram language model (Kudo, 1804.10959): of all rows of tokens that spell the text, the one with the
// largest sum of scores, found in one pass (Viterbi) over a trie. Linear: tokens have a longest.
//
// Equal to the reference in ties too, so sums are rounded where the reference rounds: Hugging Face adds
// doubles, SentencePiece keeps floats. For the same reason the model's pieces are never cut smaller than the
// reference's.
//
// Private to tokenizer/. Immutable; safe from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/byte_trie.h"
#include "tokenizer/piece_model.h"

namespace kindling {

struct UnigramVocabulary {
  struct Token {
    std::string text;  // empty: never found in text
    double score = 0;
    bool always = false;  // a user-defined symbol: found wherever it stands, unless a longer one is there
  };
  std::vector<Token> tokens;  // by id
  double score_min = 0, score_max = 0;
  UnknownCharacters unknown;
  bool single_precision = false;
};

class UnigramModel final : public PieceModel {
 public:
  // Errors: `too_large`; `malformed`: a token twice.
  [[nodiscard]] static Result<std::unique_ptr<PieceModel>> from(UnigramVocabulary vocabulary);

  [[nodiscard]] std::size_t count(std::string_view piece, Scratch& scratch) const override;
  void encode(std::string_view piece, Scratch& scratch, std::vector<TokenId>& out) const override;

 private:
  explicit UnigramModel(UnigramVocabulary vocabulary);
  template <typename Real>
  void search(std::string_view piece, std::vector<Place>& places) const;
  template <typename Use>
  void each_token_backwards(std::string_view piece, Scratch& scratch, Use use) const;
  void put_unknown(std::string_view text, std::vector<TokenId>& out) const;

  UnigramVocabulary vocabulary_;
  std::vector<double> scores_;  // what a token adds
  ByteTrie trie_;
};

}  // namespace kindling
