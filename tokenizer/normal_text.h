// What is done to a text before it is cut into pieces: the seam for normalisers of tokenizer.json
// (normal_steps.h) and of SentencePiece (sentencepiece_normal.h).
//
// Private to tokenizer/. Immutable; safe from any thread.
#pragma once

#include <string>

namespace kindling {

class TextNormalizer {
 public:
  virtual ~TextNormalizer() = default;
  // Requires: valid UTF-8; the result is too.
  [[nodiscard]] virtual std::string apply(std::string text) const = 0;
};

}  // namespace kindling
