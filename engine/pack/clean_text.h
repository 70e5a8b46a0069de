// Documents' text as it is sent to a model: without what a reader does not see (engine/pack/invisible.h), its
// look-alikes of special tokens and of our markers broken (engine/pack/markers.h).
//
// All of a document goes through here, titles, headings and captions too. The text in the index stays as it is:
// spans, quotes and `kindling show` speak of that. Pure; safe from any thread; linear.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"
#include "engine/pack/suspicion.h"

namespace kindling {

// Appends `text` as it is sent; never more bytes than it has.
void append_clean(std::string& out, std::string_view text);
[[nodiscard]] std::string clean_text(std::string_view text);

// `text` with the same tokens and markers broken and nothing else changed, byte for byte of equal length: a
// model quotes what it was sent or what stood there, and both are to be found. Numbers in brackets stay.
[[nodiscard]] std::string with_broken_markers(std::string_view text);

struct Finding {
  SuspicionKind kind = SuspicionKind::invisible;
  ByteSpan span;  // of the first of its kind, in the text as given
};

// At most one of each kind, in the order of SuspicionKind. Not every invisible character is one: see
// docs/prompt.md.
[[nodiscard]] std::vector<Finding> findings_in(std::string_view text);

}  // namespace kindling
