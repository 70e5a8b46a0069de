// Text in any encoding to UTF-8, with the way back.
//
// In this order: a byte order mark; UTF-8 if the bytes are valid UTF-8, or nearly; the label that the document
// gives itself; UTF-16 by where its NULs stand; what ICU's detector takes the letters for; Windows-1252.
//
// Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/text.h"

namespace kindling {

struct Unicode {
  std::string utf8;                   // valid, no NUL
  std::vector<SourceRange> sources;   // verbatim where the bytes are equal; else line by line
  std::vector<std::string> warnings;  // what was replaced, what was guessed
};

// `label`: an encoding's name as the document gives it ("gb2312"), or empty.
[[nodiscard]] Unicode to_unicode(std::string_view bytes, std::string_view label = {});

}  // namespace kindling
