// Tokenizers without a pattern: a text is normalised, cut into pieces (piece_cuts.h), and a model makes tokens
// of each: tokenizer.json with Unigram or with BPE over characters, and SentencePiece's own models.
//
// Equal, id for id, to Hugging Face `tokenizers` and to the SentencePiece library (docs/counting.md). Invalid
// UTF-8 is read as U+FFFD.
//
// Private to tokenizer/; the door is open_tokenizer.h.
#pragma once

#include <memory>
#include <string>

#include "tokenizer/added_text.h"
#include "tokenizer/normal_text.h"
#include "tokenizer/piece_cuts.h"
#include "tokenizer/piece_model.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

struct PieceTokenizerParts {
  std::string name;
  std::string fingerprint;
  AddedTexts added;                            // looked for in the text as it is
  std::unique_ptr<TextNormalizer> normalizer;  // of each part between those; may be null
  AddedTexts added_normalised;                 // looked for in what it makes
  PieceCuts cuts;                              // of what is left
  std::unique_ptr<PieceModel> model;
};

[[nodiscard]] std::unique_ptr<Tokenizer> make_piece_tokenizer(PieceTokenizerParts parts);

}  // namespace kindling
