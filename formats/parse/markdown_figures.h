// The pictures of a Markdown text: ![words](source), and <img> in HTML between.
//
// Not thread-safe; borrows the text.
#pragma once

#include <cmark-gfm.h>

#include <string_view>
#include <vector>

#include "formats/text.h"

namespace kindling {

class MarkdownFigures {
 public:
  explicit MarkdownFigures(std::string_view text) : text_(text) {}

  // The pictures in a block that holds no other blocks. Blocks in text order.
  void take(cmark_node* block, ByteSpan span);

  [[nodiscard]] std::vector<Figure> all() { return std::move(figures_); }

 private:
  void take_image(cmark_node* image);
  void take_html(const char* literal, std::string_view mark);
  [[nodiscard]] std::uint32_t place_of(std::string_view mark);

  std::string_view text_;
  ByteSpan block_;
  std::uint32_t at_ = 0;  // behind the last picture found
  std::vector<Figure> figures_;
};

}  // namespace kindling
