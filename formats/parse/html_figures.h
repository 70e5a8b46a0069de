// The pictures of a page: <img src alt>, with what a <figcaption> says of them.
//
// Not thread-safe.
#pragma once

#include <gumbo.h>

#include <string>
#include <string_view>
#include <vector>

#include "formats/text.h"

namespace kindling {

class HtmlFigures {
 public:
  // Elements as a walk enters and leaves them; what is not shown is not walked. `at`: how long the text is by
  // now.
  void enter(const GumboNode* element, std::uint32_t at);
  void leave(const GumboNode* element, std::string_view text);

  // All of them, in text order. The finished text may be shorter than it was meanwhile.
  [[nodiscard]] std::vector<Figure> take(std::string_view text);

 private:
  struct Open {         // a <figure>
    std::size_t first;  // of its pictures
    std::string caption;
  };
  std::vector<Figure> figures_;
  std::vector<Open> open_;
  std::vector<std::uint32_t> captions_;  // where open <figcaption>s begin
};

// A picture's line: at most figure_words_bytes_max bytes, on one line.
[[nodiscard]] std::string figure_words(std::string_view words);

// What can be looked for: not nothing, not the bytes themselves.
[[nodiscard]] bool is_figure_source(std::string_view source);

// Every <img> of a piece of HTML, all at the same place.
void take_html_figures(std::string_view html, std::uint32_t at, std::vector<Figure>& figures);

}  // namespace kindling
