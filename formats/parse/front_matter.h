// The lines between `---` (YAML) or `+++` (TOML) with which Markdown files of site generators begin.
//
// Of YAML only what such files use is read: `key: value` on one line, quoted or not, flow lists of words, and
// lists of
// `- word` lines; lists become one string with commas. Anything else is passed over. Pure; safe from any
// thread.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace kindling {

struct FrontMatter {
  std::size_t bytes = 0;  // from the beginning of the text to the end of the closing line; 0: there is none
  std::string title;
  Json metadata = Json::object();  // flat; without the title
};

[[nodiscard]] FrontMatter read_front_matter(std::string_view utf8);

}  // namespace kindling
