// What stands around the model in a tokenizer.json: normalisers, pre-tokenisers, added tokens.
//
// Private to tokenizer/. Pure. Errors of all: `unsupported` or `malformed`, naming the part.
#pragma once

#include <vector>

#include "base/json.h"
#include "tokenizer/added_text.h"
#include "tokenizer/normal_steps.h"
#include "tokenizer/piece_cuts.h"
#include "tokenizer/pretoken_pattern.h"

namespace kindling::tokenizer_json {

[[nodiscard]] Result<NormalSteps> read_normalizer(const Json& normalizer);

struct BytePreTokenizer {
  PretokenPattern pattern = PretokenPattern::gpt2;
  bool blank_in_front = false;
};

// Whether ByteLevel is among the pre-tokenisers.
[[nodiscard]] bool is_byte_level(const Json& pre_tokenizer);
[[nodiscard]] Result<BytePreTokenizer> read_byte_pre_tokenizer(const Json& pre_tokenizer);
// Of models of characters. `steps`: what was done to the text before.
[[nodiscard]] Result<PieceCuts> read_cuts(const Json& pre_tokenizer, const NormalSteps& steps);

struct AddedTokens {
  AddedTexts as_it_is, normalised;   // ordinary text
  std::vector<std::string> control;  // what speaks to the model: never found in a text
};

// `steps`: the normaliser, which changes what is looked for behind it.
[[nodiscard]] Result<AddedTokens> read_added_tokens(const Json& added, const NormalSteps& steps);

}  // namespace kindling::tokenizer_json
