// What a question says by signs: words in double quotes stand together, a word with a star behind it is a
// beginning.
//
// Quotes are " and the typographic pairs of several languages. One that opens stands at the beginning or behind
// something that is no letter and no digit, and before something that is no blank; its counterpart stands the
// other way round, so that 5" and the like open nothing. A star counts behind two letters or digits and more,
// before none and no other star, and where no star stands before the word (Markdown's *emphasis*).
#pragma once

#include <string_view>
#include <vector>

#include "base/span.h"

namespace kindling {

struct QuestionSyntax {
  std::vector<ByteSpan> phrases;     // without the quotes; not empty
  std::vector<ByteSpan> beginnings;  // without the star
};

// Requires: valid UTF-8 of less than 4 GiB.
[[nodiscard]] QuestionSyntax read_syntax(std::string_view question);

}  // namespace kindling
