#include "formats/parse/markdown_figures.h"

#include <algorithm>
#include <string>

#include "formats/parse/html_figures.h"

namespace kindling {
namespace {

// Goes through all that is below `root`, without recursion: nesting may be deep. `visit` says whether to go
// deeper.
template <typename Visit>
void walk_below(cmark_node* root, Visit visit) {
  cmark_node* node = cmark_node_first_child(root);
  while (node != nullptr) {
    cmark_node* const child = visit(node) ? cmark_node_first_child(node) : nullptr;
    if (child != nullptr) {
      node = child;
      continue;
    }
    while (node != root && cmark_node_next(node) == nullptr) node = cmark_node_parent(node);
    node = node == root ? nullptr : cmark_node_next(node);
  }
}

bool holds_image(std::string_view html) {
  constexpr std::string_view mark = "<img";
  return std::search(html.begin(), html.end(), mark.begin(), mark.end(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b;
         }) != html.end();
}

std::string_view literal_of(cmark_node* node) {
  const char* literal = cmark_node_get_literal(node);
  return literal == nullptr ? std::string_view() : literal;
}

}  // namespace

void MarkdownFigures::take(cmark_node* block, ByteSpan span) {
  block_ = span;
  at_ = std::max(at_, span.begin);
  const cmark_node_type type = cmark_node_get_type(block);
  if (type == CMARK_NODE_CODE_BLOCK) return;
  if (type == CMARK_NODE_HTML_BLOCK) {
    take_html(cmark_node_get_literal(block), "<");
    return;
  }
  walk_below(block, [&](cmark_node* node) {
    if (cmark_node_get_type(node) == CMARK_NODE_IMAGE) {
      take_image(node);
      return false;
    }
    if (cmark_node_get_type(node) == CMARK_NODE_HTML_INLINE) take_html(cmark_node_get_literal(node), "<");
    return true;
  });
}

void MarkdownFigures::take_image(cmark_node* image) {
  const char* url = cmark_node_get_url(image);
  if (figures_.size() == figures_max || url == nullptr || !is_figure_source(url)) return;
  std::string words;
  walk_below(image, [&](cmark_node* node) {
    if (words.size() < figure_words_bytes_max) words += literal_of(node);
    return true;
  });
  const char* title = cmark_node_get_title(image);
  figures_.push_back({place_of("!["), 0, url, figure_words(words.empty() && title != nullptr ? title : words)});
}

void MarkdownFigures::take_html(const char* literal, std::string_view mark) {
  if (literal == nullptr || !holds_image(literal)) return;
  take_html_figures(literal, place_of(mark), figures_);
}

// cmark does not say where in a block something stands: at the next mark of its kind, else where the block
// begins.
std::uint32_t MarkdownFigures::place_of(std::string_view mark) {
  const std::size_t at = text_.find(mark, at_);
  if (at >= block_.end) return std::max(at_, block_.begin);
  at_ = static_cast<std::uint32_t>(at + mark.size());
  return static_cast<std::uint32_t>(at);
}

}  // namespace kindling
