// Byte-level BPE as tiktoken and Hugging Face `tokenizers` have it: the text, normalised if the model asks for
// it, is cut by a pattern into pieces, and each piece's bytes are merged.
//
// Equal, id for id, to both references (docs/counting.md lists the vocabularies compared). Counting builds no
// ids: frequent pieces are remembered with their counts, the others go through a linear encoder
// (bpe_encoder.h). Invalid UTF-8 is read as U+FFFD; special tokens inside a text are text.
//
// Private to tokenizer/; the door is open_tokenizer.h.
#pragma once

#include <memory>
#include <string>

#include "tokenizer/added_text.h"
#include "tokenizer/bpe_merges.h"
#include "tokenizer/normal_form.h"
#include "tokenizer/normal_text.h"
#include "tokenizer/pretoken_pattern.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

struct ByteLevelBpeOptions {
  std::string name;
  std::string fingerprint;
  PretokenPattern pattern = PretokenPattern::gpt2;
  NormalForm normal_form = NormalForm::none;
  std::shared_ptr<const TextNormalizer> normalizer =
      {};                            // where more than a normal form is asked for; else null
  AddedTexts added = {};             // looked for in the text as it is
  AddedTexts added_normalised = {};  // and in what normalising makes of it
  bool blank_in_front = false;       // a text that does not begin with white space gets a blank before it
};

// Errors: as BpeMerges::from.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> make_byte_level_bpe(const BpeVocabulary& vocabulary,
                                                                     ByteLevelBpeOptions options);

}  // namespace kindling
