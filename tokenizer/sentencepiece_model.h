// A SentencePiece model's own bytes (sentencepiece_model.proto), as far as safety needs them.
//
// Private to tokenizer/. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace kindling {

// The model with user-defined pieces that speak to a model ("<|end|>", "<start_of_turn>", "[INST]") made
// unused, so that such a string inside a text is read as text. Other user-defined pieces (runs of blanks, HTML
// tags) stay. Ids do not change. Errors: `malformed`, naming the byte.
[[nodiscard]] Result<std::string> without_control_pieces(std::string_view model);

}  // namespace kindling
