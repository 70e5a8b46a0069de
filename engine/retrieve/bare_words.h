// What two renderings of one sentence share: its letters and digits.
#pragma once

#include <string>
#include <string_view>

namespace kindling {

// ASCII letters (in lower case) and digits, and all bytes beyond ASCII; everything else is left out.
[[nodiscard]] std::string bare_words(std::string_view text);

// bare_words(text) == bare, known at the first difference.
[[nodiscard]] bool are_bare_words(std::string_view text, std::string_view bare);

}  // namespace kindling
