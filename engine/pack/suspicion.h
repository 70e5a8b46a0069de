// What was found in documents' text that a reader does not see, or that speaks to the model instead of to the
// reader. It is said, not judged: the text is cleaned and sent all the same (docs/prompt.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/span.h"

namespace kindling {

enum class SuspicionKind : std::uint8_t {
  invisible,       // characters that are not shown, beyond what the script needs; they were not sent
  template_token,  // a special token of a chat template, "<|im_start|>"; sent escaped
  fence_marker,    // a marker of ours, "<passages"; sent escaped
  instruction,     // a sentence that tells a model what to do; sent as it is
};

// "invisible", "template_token", "fence_marker", "instruction".
[[nodiscard]] std::string_view to_string(SuspicionKind kind);

struct Suspicion {
  std::string document;       // uri
  std::uint32_t passage = 0;  // its number; 0: a heading or a caption of the document
  ByteSpan span;              // the first place, in the document's text; empty: of a heading or a caption
  SuspicionKind kind = SuspicionKind::invisible;
};

}  // namespace kindling
