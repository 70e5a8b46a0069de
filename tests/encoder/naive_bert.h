// BERT written down as the papers have it, in double precision and without a thought for speed: the twin of
// encoder/network.h.
#pragma once

#include <vector>

#include "tests/encoder/tiny_model.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

// The unit vector of one text. `ids` holds the special tokens.
[[nodiscard]] std::vector<double> naive_encode(const TinyModel& model, const std::vector<TokenId>& ids,
                                               Pooling pooling);

}  // namespace kindling
