// Vocabularies of SentencePiece `.model` files (Kudo and Richardson, 1808.06226), BPE and unigram. The
// library judges what a model is; our own code counts (sentencepiece_own.h) where it is known to be exact.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/tokenizer.h"

namespace kindling {

// `model`: the bytes of the file. Errors: `malformed`. Exact.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> open_sentencepiece(std::string name, std::string_view model);

}  // namespace kindling
