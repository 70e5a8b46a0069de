// tokenizer.json of Hugging Face `tokenizers`: BPE, Unigram and BERT's WordPiece; and Mistral's tekken.json.
// What stands around the model is read in tokenizer_json_parts.h, models of characters in
// tokenizer_json_pieces.h.
//
// What a file asks for and is not known here is an error that names it: counts are exact or refused. Added
// tokens that speak to the model ("<|end|>", "[INST]", all that are marked special) are read as text, the
// others are found in it.
//
// Private to tokenizer/; the door is open_tokenizer.h. Pure.
#pragma once

#include <memory>
#include <string>

#include "base/json.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

// `fingerprint`: of the file. Errors: `malformed` (a merge whose parts are no tokens, an id twice),
// `unsupported` with the place in the file, `too_large`.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> read_tokenizer_json(std::string name, std::string fingerprint,
                                                                     const Json& file);

// As above, of a tekken.json.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> read_tekken_json(std::string name, std::string fingerprint,
                                                                  const Json& file);

}  // namespace kindling
