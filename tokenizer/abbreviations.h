// Words that a period belongs to, so that it ends no sentence.
//
// Private to tokenizer/. Looks at one word on either side; languages are not told apart, since the lists do not
// clash.
#pragma once

#include <string_view>

namespace kindling {

// The word that ends at the end of `text`: letters, digits and inner periods. At most 24 bytes are looked at;
// empty when the word is longer.
[[nodiscard]] std::string_view word_before(std::string_view text);

// The word that `text` starts with, behind opening quotation marks, with a period that follows it directly. At
// most 24 bytes.
[[nodiscard]] std::string_view word_after(std::string_view text);

// Whether the period between `before` and `after` belongs to `before`. `starts_line`: `before` stands first in
// its line, as the number of a heading does.
[[nodiscard]] bool is_abbreviation(std::string_view before, std::string_view after, bool starts_line);

}  // namespace kindling
