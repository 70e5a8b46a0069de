// WordPiece as BERT uses it (Devlin et al., 1810.04805): basic tokenization (clean, lower-case, strip accents,
// split CJK and punctuation), then greedy longest match against a vocabulary whose continuations start with
// "##".
//
// Equal, id for id, to Hugging Face `tokenizers` with BertNormalizer and BertPreTokenizer. Time is linear in
// the text: a word longer than 100 characters is one [UNK].
#pragma once

#include <memory>
#include <string_view>

#include "tokenizer/tokenizer.h"

namespace kindling {

struct WordPieceOptions {
  bool lower_case = true;
  bool strip_accents = true;
  bool split_cjk = true;
};

class WordPiece : public Tokenizer {
 public:
  // `vocabulary`: one token a line, its id the line's number from zero. Errors: `malformed` (no [UNK], [CLS],
  // [SEP] or [PAD], nor <s>, </s>, <pad> for the last three; a token twice), `too_large` (more than 10 million
  // lines).
  [[nodiscard]] static Result<std::unique_ptr<WordPiece>> from_vocabulary(std::string_view vocabulary,
                                                                          WordPieceOptions options = {});

  // Appends the ids of `text` to `out`, at most `ids_max` of them.
  virtual void encode_into(std::string_view text, std::vector<TokenId>& out, std::size_t ids_max) const = 0;

  [[nodiscard]] virtual TokenId cls() const = 0;
  [[nodiscard]] virtual TokenId sep() const = 0;
  [[nodiscard]] virtual TokenId pad() const = 0;
  [[nodiscard]] virtual TokenId unk() const = 0;
};

}  // namespace kindling
