// SentencePiece models counted by our own code, which is linear in the text and a good deal faster than the
// library; the same ids (tests compare both).
//
// Private to tokenizer/; the door is sentencepiece.h. Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/tokenizer.h"

namespace kindling {

// Null where the model does something that is left to the library: words or characters as tokens, blanks as
// suffixes, BPE pieces that others merge to though they are unused, or that have characters which are no
// pieces. Requires: a model that the library accepts.
[[nodiscard]] std::unique_ptr<Tokenizer> open_own_sentencepiece(std::string name, std::string fingerprint,
                                                                std::string_view model);

}  // namespace kindling
