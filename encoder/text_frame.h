// The tokens that a model wants before and behind each text, as the `post_processor` of a tokenizer.json says.
//
// Pure.
#pragma once

#include <optional>
#include <vector>

#include "base/json.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

struct TextFrame {
  std::vector<TokenId> begin, end;
};

// Absent where there is no post-processor. Errors: `unsupported` or `malformed`, naming the part.
[[nodiscard]] Result<std::optional<TextFrame>> read_text_frame(const Json& post_processor);

}  // namespace kindling
