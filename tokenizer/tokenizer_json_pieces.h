// tokenizer.json with models of characters: Unigram, and BPE without ByteLevel.
//
// Private to tokenizer/. Pure.
#pragma once

#include <memory>
#include <string>

#include "base/json.h"
#include "tokenizer/tokenizer.h"

namespace kindling::tokenizer_json {

// Errors: `malformed`, `unsupported`, `too_large`, with the place in the file.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> read_piece_tokenizer(std::string name, std::string fingerprint,
                                                                      const Json& file);

}  // namespace kindling::tokenizer_json
