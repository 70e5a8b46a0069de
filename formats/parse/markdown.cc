#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <string>

#include "formats/parse/charset.h"
#include "formats/parse/front_matter.h"
#include "formats/parse/markdown_figures.h"
#include "formats/parse/parsers.h"
#include "formats/parse/text_builder.h"

namespace kindling {
namespace {

using Parser = std::unique_ptr<cmark_parser, decltype(&cmark_parser_free)>;
using Tree = std::unique_ptr<cmark_node, decltype(&cmark_node_free)>;

// Where lines begin, with the line ends that cmark knows.
class Lines {
 public:
  Lines(std::string_view text, std::size_t begin) : text_(text) {
    for (std::size_t at = begin; at < text.size();) {
      begins_.push_back(static_cast<std::uint32_t>(at));
      at = std::min(text.find_first_of("\r\n", at), text.size());
      if (at + 1 < text.size() && text[at] == '\r' && text[at + 1] == '\n') ++at;
      ++at;
    }
    begins_.push_back(static_cast<std::uint32_t>(text.size()));
  }

  // cmark's lines and columns count from 1, columns in bytes; the last column belongs to the node. A node
  // without words may end before it begins.
  [[nodiscard]] ByteSpan span(int line_begin, int column_begin, int line_end, int column_end) const {
    const std::uint32_t begin = at(line_begin, column_begin - 1);
    return {begin, std::max(begin, at(line_end, column_end))};
  }
  [[nodiscard]] ByteSpan whole(int line_begin, int line_end) const {
    const std::uint32_t begin = at(line_begin, 0);
    return {begin, std::max(begin, at(line_end + 1, 0))};
  }

 private:
  [[nodiscard]] std::uint32_t at(int line, int column) const {
    const auto index = static_cast<std::size_t>(std::max(line - 1, 0));
    if (index + 1 >= begins_.size()) return begins_.back();
    const std::uint32_t begin = begins_[index];
    return std::min(begin + static_cast<std::uint32_t>(std::max(column, 0)), begins_[index + 1]);
  }

  std::string_view text_;
  std::vector<std::uint32_t> begins_;
};

// Nodes of the table extension have no number of their own before it is registered, only a name.
std::string_view name_of(cmark_node* node) { return cmark_node_get_type_string(node); }
bool is_table(cmark_node* node) { return name_of(node) == "table"; }
bool is_table_row(cmark_node* node) { return name_of(node) == "table_row" || name_of(node) == "table_header"; }

// A heading's words: without its marks, in front and behind, or the underline.
ByteSpan heading_words(std::string_view text, ByteSpan span) {
  span = trimmed(text, span);
  const std::string_view line = slice(text, span);
  const std::size_t marks = line.find_first_not_of('#');
  if (marks > 0 && marks != std::string_view::npos && marks <= 6 &&
      (line[marks] == ' ' || line[marks] == '\t')) {
    span = trimmed(text, {span.begin + static_cast<std::uint32_t>(marks), span.end});
    const std::string_view words = slice(text, span);
    const std::size_t last = words.find_last_not_of('#');
    const bool closed = last != std::string_view::npos && last + 1 < words.size() &&
                        (words[last] == ' ' || words[last] == '\t');
    return closed ? trimmed(text, {span.begin, span.begin + static_cast<std::uint32_t>(last)}) : span;
  }
  if (marks == std::string_view::npos) return {span.begin, span.begin};
  const std::size_t underline = line.find_last_of("\r\n");
  if (underline == std::string_view::npos) return span;
  const std::size_t mark = line.find_first_not_of(" \t>", underline + 1);
  if (mark == std::string_view::npos || (line[mark] != '=' && line[mark] != '-')) return span;
  return trimmed(text, {span.begin, span.begin + static_cast<std::uint32_t>(underline)});
}

// Lines that cmark keeps for itself and that say nothing to a reader: rules, link definitions, comments.
bool is_silent(std::string_view text) {
  text = slice(text, trimmed(text, {0, static_cast<std::uint32_t>(text.size())}));
  if (text.starts_with("<!--") && text.ends_with("-->") && text.find("-->") == text.size() - 3) return true;
  if (text.starts_with('[') && !text.starts_with("[^")) return text.find("]:") != std::string_view::npos;
  return text.find_first_not_of("-*_=#>+`|: \t\r\n~") == std::string_view::npos;
}

class MarkdownBlocks {
 public:
  MarkdownBlocks(std::string_view text, std::size_t begin)
      : text_(text), lines_(text, begin), figures_(text), at_(static_cast<std::uint32_t>(begin)) {}

  std::vector<Block> find(cmark_node* document) {
    // By hand, not with cmark_iter: inlines are not of interest, and nesting may be deep.
    std::size_t quotes = 0;
    std::size_t items = 0;
    cmark_node* node = cmark_node_first_child(document);
    while (node != nullptr) {
      const cmark_node_type type = cmark_node_get_type(node);
      const bool container = type == CMARK_NODE_BLOCK_QUOTE || type == CMARK_NODE_LIST ||
                             type == CMARK_NODE_ITEM || is_table(node);
      if (type == CMARK_NODE_ITEM) item_begin_ = span_of(node).begin;
      if (container && cmark_node_first_child(node) != nullptr) {
        quotes += type == CMARK_NODE_BLOCK_QUOTE;
        items += type == CMARK_NODE_ITEM;
        first_row_ = true;
        node = cmark_node_first_child(node);
        continue;
      }
      take(node, quotes, items);
      while (node != document && cmark_node_next(node) == nullptr) {
        node = cmark_node_parent(node);
        const cmark_node_type left = cmark_node_get_type(node);
        quotes -= left == CMARK_NODE_BLOCK_QUOTE;
        items -= left == CMARK_NODE_ITEM;
      }
      node = node == document ? nullptr : cmark_node_next(node);
    }
    fill_until(static_cast<std::uint32_t>(text_.size()));
    return std::move(blocks_);
  }

  // Of the blocks found.
  std::vector<Figure> take_figures() { return figures_.all(); }

 private:
  [[nodiscard]] ByteSpan span_of(cmark_node* node) const {
    return lines_.span(cmark_node_get_start_line(node), cmark_node_get_start_column(node),
                       cmark_node_get_end_line(node), cmark_node_get_end_column(node));
  }

  void take(cmark_node* node, std::size_t quotes, std::size_t items) {
    const auto depth = static_cast<std::uint8_t>(std::min<std::size_t>(items, 255));
    const cmark_node_type type = cmark_node_get_type(node);
    ByteSpan span = span_of(node);
    figures_.take(node, span);
    if (type == CMARK_NODE_HEADING) {
      const auto level = static_cast<std::uint8_t>(std::clamp(cmark_node_get_heading_level(node), 1, 6));
      add(Block::Kind::heading, level, heading_words(text_, span), span.end);
    } else if (type == CMARK_NODE_CODE_BLOCK) {
      add(Block::Kind::code, 0, with_item_mark(span), span.end);
    } else if (is_table_row(node)) {
      span = lines_.whole(cmark_node_get_start_line(node), cmark_node_get_start_line(node));
      add(std::exchange(first_row_, false) ? Block::Kind::table_header : Block::Kind::table_row, 0, span,
          span.end);
    } else if (type == CMARK_NODE_THEMATIC_BREAK || type == CMARK_NODE_ITEM || type == CMARK_NODE_LIST ||
               type == CMARK_NODE_BLOCK_QUOTE || is_table(node)) {
      return;  // rules and empty containers; whatever words they hold are picked up as a gap
    } else if (type == CMARK_NODE_HTML_BLOCK && is_silent(slice(text_, span))) {
      at_ = std::max(at_, span.end);
    } else if (items > 0) {
      add(Block::Kind::list_item, depth, with_item_mark(span), span.end);
    } else {
      add(quotes > 0 ? Block::Kind::quote : Block::Kind::paragraph, 0, span, span.end);
    }
  }

  // The first block of a list item carries the item's mark, "3." says which step it is.
  [[nodiscard]] ByteSpan with_item_mark(ByteSpan span) {
    if (item_begin_ >= at_ && item_begin_ < span.begin && span.begin - item_begin_ <= 16)
      span.begin = item_begin_;
    item_begin_ = 0;
    return span;
  }

  // `words` of what ends at `end`. Nodes come in order; should one not, it is cut, so that blocks never
  // overlap.
  void add(Block::Kind kind, std::uint8_t level, ByteSpan words, std::uint32_t end) {
    words.begin = std::max(words.begin, at_);
    words.end = std::max(words.begin, words.end);
    fill_until(words.begin);
    words = trimmed(text_, words);
    if (!words.empty()) blocks_.push_back({kind, level, words});
    at_ = std::max({at_, words.end, end});
  }

  // Text that cmark keeps in no block (footnotes, odd definitions) is still text.
  void fill_until(std::uint32_t end) {
    while (at_ < end) {
      const auto newline = static_cast<std::uint32_t>(std::min<std::size_t>(text_.find('\n', at_), end));
      const ByteSpan line = trimmed(text_, {at_, newline});
      if (!line.empty() && !is_silent(slice(text_, line))) {
        blocks_.push_back({Block::Kind::paragraph, 0, line});
      }
      at_ = std::min(newline + 1, end);
    }
  }

  std::string_view text_;
  Lines lines_;
  MarkdownFigures figures_;
  std::vector<Block> blocks_;
  std::uint32_t at_;  // everything before has been looked at
  std::uint32_t item_begin_ = 0;
  bool first_row_ = false;
};

Tree parse_tree(std::string_view text) {
  static std::once_flag registered;
  std::call_once(registered, cmark_gfm_core_extensions_ensure_registered);
  const Parser parser(cmark_parser_new(CMARK_OPT_DEFAULT), cmark_parser_free);
  cmark_parser_attach_syntax_extension(parser.get(), cmark_find_syntax_extension("table"));
  cmark_parser_feed(parser.get(), text.data(), text.size());
  return {cmark_parser_finish(parser.get()), cmark_node_free};
}

}  // namespace

Result<DecodedDocument> parse_markdown(std::string_view bytes) {
  Unicode unicode = to_unicode(bytes);
  DecodedDocument document;
  Text& text = document.text;
  text.utf8 = std::move(unicode.utf8);
  text.sources = std::move(unicode.sources);
  text.warnings = std::move(unicode.warnings);
  text.format = "markdown";

  FrontMatter front = read_front_matter(text.utf8);
  document.metadata = std::move(front.metadata);
  const Tree tree = parse_tree(std::string_view(text.utf8).substr(front.bytes));
  if (!tree)
    return Error{ErrorCode::malformed, "", "the Markdown parser gives nothing",
                 "exclude the file, or report it"};
  MarkdownBlocks blocks(text.utf8, front.bytes);
  text.blocks = blocks.find(tree.get());
  text.figures = blocks.take_figures();
  text.title = on_one_line(front.title);
  if (text.title.empty()) text.title = first_heading(text, text.blocks.size());
  return document;
}

}  // namespace kindling
