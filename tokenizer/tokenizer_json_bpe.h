// The BPE model of a tokenizer.json.
//
// Private to tokenizer/. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "tokenizer/bpe_merges.h"

namespace kindling::tokenizer_json {

// What the bytes of a token are; absent where it can never be found in a text.
using SpellingOf = std::optional<std::string> (*)(std::string_view token);

// The id that the vocabulary gives `token`. Errors: `malformed`, `too_large`.
[[nodiscard]] Result<std::size_t> read_id(const Json& id, std::string_view token);

// Errors: `malformed`: an id twice, a merge whose parts are no tokens; `unsupported`; `too_large`.
[[nodiscard]] Result<BpeVocabulary> read_bpe(const Json& model, SpellingOf spelling_of);

}  // namespace kindling::tokenizer_json
