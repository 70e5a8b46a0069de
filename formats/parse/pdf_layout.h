// Words with places on a page to lines, paragraphs and headings.
//
// What a PDF holds is where each word stands and how large it is; paragraphs and headings are read from the
// distances and sizes, as a reader does. Lines arrive in reading order (columns told apart already). Lengths
// are points, y grows downwards. Not thread-safe; pure in what it is given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/text.h"

namespace kindling {

struct PdfWord {
  std::string utf8;
  double left = 0, top = 0, right = 0, bottom = 0;
  double font_size = 0;
  bool space_after = false;
  bool upright = true;      // not rotated
  bool typewriter = false;  // in letters of one width: code
};

struct PdfLine {
  std::string utf8;
  double left = 0, top = 0, right = 0, bottom = 0;
  double font_size = 0;     // of most of its letters
  bool typewriter = false;  // most of its letters are
  bool row = false;         // cells of a table, joined
};

struct PdfPage {
  std::uint32_t number = 1;
  std::vector<PdfLine> lines;
};

struct OutlineEntry {
  std::string title;
  std::uint8_t level = 1;
};

// The words of one page, in reading order, as lines. A wide gap between words becomes a wide blank.
[[nodiscard]] std::vector<PdfLine> lines_of(const std::vector<PdfWord>& words);

inline constexpr std::string_view pdf_leader = " ...";  // the dots from a title to its page, shortened

[[nodiscard]] inline double height_of(const PdfLine& line) {
  return line.bottom - line.top > 1 ? line.bottom - line.top : 1;
}

// Reading order by columns is right for prose and wrong for tables: short lines that stand side by side, row
// under row, become rows, "cell | cell". Prose in columns stays as it is.
[[nodiscard]] std::vector<PdfLine> join_table_rows(std::vector<PdfLine> lines);

class PdfLayout {
 public:
  explicit PdfLayout(std::vector<OutlineEntry> outline);

  void add_page(std::uint32_t number, std::vector<PdfLine> lines);
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  // The text with blocks and pages.
  [[nodiscard]] Text take();

 private:
  std::vector<OutlineEntry> outline_;
  std::vector<PdfPage> pages_;
  std::size_t bytes_ = 0;
};

}  // namespace kindling
