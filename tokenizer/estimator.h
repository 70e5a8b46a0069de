// Counting for a model whose vocabulary is closed.
//
// `tokens` is an estimate from the text's scripts and kinds of characters (letters of each script, digits,
// spaces, punctuation, code), fitted to public byte-level BPE vocabularies of 200,000 entries; `tokens_max` is
// the number of bytes, which no byte-level BPE can exceed. Constants and how they were fitted:
// docs/counting.md. Linear, one pass; both are additive up to rounding: count(a + b) differs from count(a) +
// count(b) by at most one if no character is cut.
#pragma once

#include <memory>
#include <string>

#include "tokenizer/tokenizer.h"

namespace kindling {

[[nodiscard]] std::unique_ptr<Tokenizer> make_estimator(std::string name);

}  // namespace kindling
