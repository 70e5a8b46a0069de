#include <algorithm>
#include <map>
#include <utility>

#include "formats/parse/pdf_layout.h"

namespace kindling {
namespace {

constexpr std::size_t leader_dots_min = 4;  // ". . . ." from a title to its page number

bool on_the_same_line(const PdfLine& line, const PdfWord& word) {
  const double overlap = std::min(line.bottom, word.bottom) - std::max(line.top, word.top);
  return overlap > 0.5 * std::min(height_of(line), std::max(word.bottom - word.top, 1.0));
}

void append_word(PdfLine& line, const PdfWord& word, const PdfWord& before) {
  const double size = std::max(word.font_size, 1.0);
  const double gap = word.left - before.right;
  if (gap > 3 * size)
    line.utf8 += "  ";
  else if (before.space_after || gap > 0.15 * size || gap < -size)
    line.utf8 += ' ';
  line.utf8 += word.utf8;
  line.left = std::min(line.left, word.left);
  line.right = std::max(line.right, word.right);
  line.top = std::min(line.top, word.top);
  line.bottom = std::max(line.bottom, word.bottom);
}

// "Limits . . . . . . . 12" to "Limits ... 12": the dots say nothing, and cost a reader of tokens dearly.
void shorten_leaders(std::string& line) {
  for (std::size_t at = line.find(". ."); at != std::string::npos; at = line.find(". .", at + 1)) {
    std::size_t end = at;
    std::size_t dots = 0;
    while (end < line.size() && (line[end] == '.' || line[end] == ' ')) dots += line[end++] == '.';
    if (dots < leader_dots_min) continue;
    const std::size_t begin = line.find_last_not_of(" .", at) + 1;  // npos + 1 == 0
    line.replace(begin, end - begin, std::string(pdf_leader) + (end < line.size() ? " " : ""));
    at = begin;
  }
}

}  // namespace

std::vector<PdfLine> lines_of(const std::vector<PdfWord>& words) {
  std::vector<PdfLine> lines;
  std::map<double, std::size_t> sizes;  // of the present line, by bytes
  std::size_t typewriter = 0;           // of its bytes
  const auto settle_size = [&] {
    const auto most =
        std::max_element(sizes.begin(), sizes.end(), [](auto& a, auto& b) { return a.second < b.second; });
    if (most != sizes.end()) lines.back().font_size = most->first;
    sizes.clear();
    if (!lines.empty()) {
      lines.back().typewriter = typewriter * 3 > lines.back().utf8.size() * 2;
      shorten_leaders(lines.back().utf8);
    }
    typewriter = 0;
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const PdfWord& word = words[i];
    if (!lines.empty() && word.upright == words[i - 1].upright && on_the_same_line(lines.back(), word)) {
      append_word(lines.back(), word, words[i - 1]);
    } else {
      settle_size();
      lines.push_back({word.utf8, word.left, word.top, word.right, word.bottom, word.font_size, false, false});
    }
    sizes[word.font_size] += word.utf8.size();
    typewriter += word.typewriter ? word.utf8.size() + 1 : 0;
  }
  settle_size();
  return lines;
}

}  // namespace kindling
