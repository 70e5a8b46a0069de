// Rank files of tiktoken: a line for each token, its bytes in base64, a blank, its id. Also base64 for others.
//
// Private to tokenizer/. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tokenizer/bpe_merges.h"

namespace kindling {

// The bytes that `text` (RFC 4648, padded) stands for; absent if it is no base64.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

// Whether a file that begins so is a rank file.
[[nodiscard]] bool looks_like_rank_file(std::string_view bytes);

// Errors: `malformed` with the line; `too_large`.
[[nodiscard]] Result<BpeVocabulary> read_rank_file(std::string_view bytes);

}  // namespace kindling
