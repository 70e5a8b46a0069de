// Where sentences end (UAX #29, tailored).
//
// Tailoring: no break after the usual abbreviations ("e.g.", "Dr.", "Fig. 3", "No. 7", "z.B."), initials and
// numbered headings ("3. The Index"); a break at blank lines and before list items always, at other line ends
// never (texts are wrapped). Ideographic and Arabic full stops, the danda and the Greek question mark count;
// Thai, which has none, breaks at a space once a sentence is long. Safe from any thread.
#pragma once

#include <string_view>
#include <vector>

#include "base/span.h"

namespace kindling {

// Sentences of `text` that together cover it without a gap: white space after a sentence belongs to it. Linear
// in time.
[[nodiscard]] std::vector<ByteSpan> sentence_spans(std::string_view text);

}  // namespace kindling
