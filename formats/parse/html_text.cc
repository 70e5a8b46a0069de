#include "formats/parse/html_text.h"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

#include "formats/parse/html_alignment.h"
#include "formats/parse/html_figures.h"
#include "formats/parse/html_hidden.h"
#include "formats/parse/html_rules.h"
#include "formats/parse/text_builder.h"

namespace kindling {
namespace {

constexpr std::size_t cell_bytes_max = 2'000;  // a cell with more is a column of the page, not of a table

bool is_html_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

GumboTag tag_of(const GumboNode* node) {
  return node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE ? node->v.element.tag
                                                                               : GUMBO_TAG_UNKNOWN;
}

bool is_text(const GumboNode* node) {
  return node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE || node->type == GUMBO_NODE_CDATA;
}

// Tables that arrange a page rather than data: those that hold other tables, headings, code, or whole columns
// of text, and those without two cells side by side.
class LayoutTables {
 public:
  explicit LayoutTables(const GumboNode* root) {
    struct Open {
      const GumboNode* table;
      std::size_t cell_bytes = 0;  // of words in the present cell
      std::size_t full_cells = 0;  // in the present row
      bool side_by_side = false;
    };
    std::vector<Open> open;
    walk(
        root,
        [&](const GumboNode* node) {
          const GumboTag tag = tag_of(node);
          if (!open.empty()) {
            const bool arranges = tag == GUMBO_TAG_TABLE || tag == GUMBO_TAG_PRE || heading_level(tag) > 0;
            if (tag == GUMBO_TAG_TR) open.back().full_cells = 0;
            if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) open.back().cell_bytes = 0;
            if (node->type == GUMBO_NODE_TEXT) {
              if (open.back().cell_bytes == 0) ++open.back().full_cells;
              open.back().side_by_side = open.back().side_by_side || open.back().full_cells > 1;
              open.back().cell_bytes += std::string_view(node->v.text.text).size();
            }
            if (arranges || open.back().cell_bytes > cell_bytes_max) tables_.insert(open.back().table);
          }
          if (tag == GUMBO_TAG_TABLE) open.push_back({node});
          return true;
        },
        [&](const GumboNode* node) {
          if (tag_of(node) != GUMBO_TAG_TABLE) return;
          if (!open.back().side_by_side) tables_.insert(node);
          open.pop_back();
        });
  }
  [[nodiscard]] bool contains(const GumboNode* table) const { return tables_.contains(table); }

 private:
  std::unordered_set<const GumboNode*> tables_;
};

constexpr std::uint8_t term_level = 6;  // below every other heading

// A term fits on a line; its explanation says something about it.
bool is_short_term(std::string_view text) {
  constexpr std::size_t term_bytes_max = 80;
  return text.size() <= term_bytes_max && text.find('\n') == text.npos;
}
bool explains(std::string_view text) {
  constexpr std::ptrdiff_t words_min = 4;
  return std::count(text.begin(), text.end(), ' ') >= words_min - 1;
}

// Makes headings of the terms of <dl> lists that explanations follow, as manuals list options and parameters.
// `term_begins`: of the blocks in a <dt>, in order.
void raise_terms(Text& text, const std::vector<std::uint32_t>& term_begins) {
  const auto is_term = [&](const Block& block) {
    return block.kind == Block::Kind::list_item &&
           std::binary_search(term_begins.begin(), term_begins.end(), block.span.begin) &&
           is_short_term(slice(text.utf8, block.span));
  };
  std::uint8_t above = 0;  // level of the last heading that is none of ours
  for (std::size_t i = 0; i < text.blocks.size(); ++i) {
    if (text.blocks[i].kind == Block::Kind::heading) above = text.blocks[i].level;
    if (!is_term(text.blocks[i])) continue;
    std::size_t end = i + 1;  // several terms may share an explanation
    while (end < text.blocks.size() && is_term(text.blocks[end])) ++end;
    const bool explained = end < text.blocks.size() && text.blocks[end].kind != Block::Kind::heading &&
                           explains(slice(text.utf8, text.blocks[end].span));
    for (; i < end; ++i) {
      if (explained && above < term_level)
        text.blocks[i] = {Block::Kind::heading, term_level, text.blocks[i].span};
    }
    --i;
  }
}

// Bytes of the words below an element that would be shown if it were.
std::size_t words_in(const GumboNode* element) {
  std::size_t bytes = 0;
  walk(
      element,
      [&](const GumboNode* node) {
        if (node->type == GUMBO_NODE_TEXT) {
          const std::string_view words = node->v.text.text;
          bytes +=
              words.size() - static_cast<std::size_t>(std::count_if(words.begin(), words.end(), is_html_space));
        }
        return node->type != GUMBO_NODE_ELEMENT || !is_never_shown(node);
      },
      [](const GumboNode*) {});
  return bytes;
}

// Writes what a reader sees of a page.
class PageText {
 public:
  PageText(const HtmlTree& tree, bool with_navigation)
      : source_(tree.bytes()), with_navigation_(with_navigation), layout_(tree.root()), out_(tree.bytes()) {
    walk(
        tree.root(), [this](const GumboNode* node) { return enter(node); },
        [this](const GumboNode* node) { leave(node); });
  }

  Text take() {
    Text text = out_.take();
    raise_terms(text, term_begins_);
    text.figures = figures_.take(text.utf8);
    if (hidden_bytes_ > 0)
      text.warnings.push_back("hidden text left out: " + std::to_string(hidden_bytes_) + " bytes");
    return text;
  }

 private:
  bool enter(const GumboNode* node) {
    if (node->type == GUMBO_NODE_DOCUMENT) return true;
    if (is_text(node)) {
      pre_ > 0 ? write_verbatim(node->v.text) : write_collapsed(node->v.text);
      return false;
    }
    if (node->type != GUMBO_NODE_ELEMENT || is_never_shown(node) || (!with_navigation_ && is_navigation(node)))
      return false;
    if (is_hidden(node)) {
      hidden_bytes_ += words_in(node);
      return false;
    }
    enter_element(node, node->v.element.tag);
    return true;
  }

  void enter_element(const GumboNode* node, GumboTag tag) {
    figures_.enter(node, static_cast<std::uint32_t>(out_.size()));
    if (tag == GUMBO_TAG_TABLE) tables_.push_back(layout_.contains(node) ? TableKind::layout : TableKind::data);
    if (in_data_table()) {
      if (tag == GUMBO_TAG_TR)
        begin_row(node);
      else if ((tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) && in_row_)
        begin_cell();
      else if (in_row_ && (is_block_element(tag) || tag == GUMBO_TAG_BR))
        space_ = true;
      if (in_row_) return;
    }
    if (tag == GUMBO_TAG_BR) return break_line();
    if (!is_block_element(tag)) return;
    end_block();
    if (tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL || tag == GUMBO_TAG_DL || tag == GUMBO_TAG_MENU) ++lists_;
    if (tag == GUMBO_TAG_PRE || tag == GUMBO_TAG_XMP || tag == GUMBO_TAG_LISTING || tag == GUMBO_TAG_PLAINTEXT)
      ++pre_;
    if (tag == GUMBO_TAG_BLOCKQUOTE) ++quotes_;
    if (const unsigned level = heading_level(tag); level > 0) heading_ = level;
    if (tag == GUMBO_TAG_LI || tag == GUMBO_TAG_DT || tag == GUMBO_TAG_DD) ++items_;
    if (tag == GUMBO_TAG_DT) ++terms_;
    if (tag == GUMBO_TAG_DL) ++term_lists_;
  }

  void leave(const GumboNode* node) {
    if (node->type != GUMBO_NODE_ELEMENT) return;
    const GumboTag tag = node->v.element.tag;
    figures_.leave(node, out_.utf8());
    if (in_data_table() && in_row_) {
      if (tag == GUMBO_TAG_TR)
        end_row();
      else if (is_block_element(tag))
        space_ = true;
      if (tag != GUMBO_TAG_TABLE) return;
    }
    if (is_block_element(tag)) {
      end_block();
      if (tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL || tag == GUMBO_TAG_DL || tag == GUMBO_TAG_MENU) --lists_;
      if (tag == GUMBO_TAG_PRE || tag == GUMBO_TAG_XMP || tag == GUMBO_TAG_LISTING ||
          tag == GUMBO_TAG_PLAINTEXT)
        --pre_;
      if (tag == GUMBO_TAG_BLOCKQUOTE) --quotes_;
      if (heading_level(tag) > 0) heading_ = 0;
      if (tag == GUMBO_TAG_LI || tag == GUMBO_TAG_DT || tag == GUMBO_TAG_DD) --items_;
      if (tag == GUMBO_TAG_DT) --terms_;
      if (tag == GUMBO_TAG_DL && --term_lists_ == 0) terms_are_over_ = true;
    }
    if (tag == GUMBO_TAG_TABLE) tables_.pop_back();
  }

  // --- blocks

  void begin_block() {
    if (out_.block_is_open()) return;
    if (out_.size() > 0) out_.separate(std::exchange(tight_, false) && items_ > 0 ? "\n" : "\n\n");
    if (heading_ > 0 && pre_ == 0) {
      out_.open_block(Block::Kind::heading, static_cast<std::uint8_t>(heading_));
      terms_are_over_ = false;
    } else if (items_ > 0 && pre_ == 0) {
      if (terms_ > 0) term_begins_.push_back(static_cast<std::uint32_t>(out_.size()));
      out_.open_block(Block::Kind::list_item,
                      static_cast<std::uint8_t>(std::clamp<std::size_t>(lists_, 1, 255)));
    } else {
      // What follows a list of terms stands beside them, not below the last.
      const std::uint8_t level =
          items_ == 0 && std::exchange(terms_are_over_, false) ? term_level : std::uint8_t{0};
      const Block::Kind prose = quotes_ > 0 ? Block::Kind::quote : Block::Kind::paragraph;
      out_.open_block(pre_ > 0 ? Block::Kind::code : prose, level);
    }
  }

  void end_block() {
    if (out_.block_is_open()) tight_ = items_ > 0;
    out_.close_block();
    space_ = false;
    breaks_ = 0;
  }

  void break_line() {
    if (pre_ > 0) {
      if (out_.block_is_open()) out_.separate("\n");
    } else if (out_.block_is_open() && ++breaks_ == 2 && heading_ == 0 && items_ == 0) {
      end_block();
    }
  }

  // --- tables of data: a row a block, its cells between bars

  enum class TableKind : std::uint8_t { data, layout };
  [[nodiscard]] bool in_data_table() const { return !tables_.empty() && tables_.back() == TableKind::data; }

  void begin_row(const GumboNode* row) {
    end_block();
    bool all_headers = false;
    for (unsigned i = 0; i < row->v.element.children.length; ++i) {
      const GumboTag tag = tag_of(static_cast<const GumboNode*>(row->v.element.children.data[i]));
      if (tag == GUMBO_TAG_TD) {
        all_headers = false;
        break;
      }
      if (tag == GUMBO_TAG_TH) all_headers = true;
    }
    const GumboNode* parent = row->parent;
    const bool header = all_headers || (parent != nullptr && tag_of(parent) == GUMBO_TAG_THEAD);
    if (out_.size() > 0) out_.separate("\n");
    out_.open_block(header ? Block::Kind::table_header : Block::Kind::table_row);
    in_row_ = true;
    cells_ = 0;
  }

  void begin_cell() {
    space_ = false;
    if (cells_++ > 0) out_.separate(" | ");
  }

  void end_row() {
    in_row_ = false;
    end_block();
  }

  // --- words

  // Text as it stands, but for references and the first line end of a <pre>, which the parser has dropped.
  void write_verbatim(const GumboText& text) {
    const std::string_view words = text.text;
    if (!out_.block_is_open() && std::all_of(words.begin(), words.end(), is_html_space)) return;
    begin_block();
    AlignedText aligned(source_, text);
    while (aligned.more()) put(aligned.next(words.size()));
  }

  // Text with every run of white space as one blank, none at the ends of a block.
  void write_collapsed(const GumboText& text) {
    const std::string_view words = text.text;
    AlignedText aligned(source_, text);
    while (aligned.more()) {
      if (is_html_space(words[aligned.at()])) {
        std::size_t end = aligned.at();
        while (end < words.size() && is_html_space(words[end])) ++end;
        gap_ = aligned.skip(end);
        space_ = out_.block_is_open();
        continue;
      }
      std::size_t end = aligned.at();
      while (end < words.size() && !is_html_space(words[end])) ++end;
      begin_words();
      while (aligned.at() < end) put(aligned.next(end));
    }
  }

  void begin_words() {
    begin_block();
    if (breaks_ > 0 && !in_row_) {
      out_.separate("\n");
    } else if (space_ && !ends_with_space()) {
      const bool plain = gap_.size() == 1 && source_[gap_.begin] == ' ';
      if (plain)
        out_.copy(gap_.begin, 1);
      else if (!gap_.empty())
        out_.replace(" ", gap_.begin, gap_.end);
      else
        out_.separate(" ");
    }
    space_ = false;
    breaks_ = 0;
    gap_ = {};
  }

  [[nodiscard]] bool ends_with_space() const {
    return out_.block_is_blank() || is_html_space(out_.utf8().back());
  }

  void put(const AlignedText::Run& run) {
    if (run.verbatim)
      out_.copy(run.source.begin, run.source.size());
    else
      out_.replace(run.words, run.source.begin, run.source.end);
  }

  std::string_view source_;
  bool with_navigation_;
  LayoutTables layout_;
  TextBuilder out_;
  HtmlFigures figures_;
  std::size_t hidden_bytes_ = 0;  // of words that the author hides
  std::vector<TableKind> tables_;
  bool in_row_ = false;
  std::size_t cells_ = 0;
  std::size_t lists_ = 0, items_ = 0, pre_ = 0, quotes_ = 0;
  unsigned heading_ = 0;
  std::size_t terms_ = 0;                   // <dt> that are open
  std::size_t term_lists_ = 0;              // <dl>
  bool terms_are_over_ = false;             // a <dl> has ended, and no block has begun since
  std::vector<std::uint32_t> term_begins_;  // of blocks in a <dt>, in the text
  unsigned breaks_ = 0;                     // <br> since the last word
  bool space_ = false;                      // white space since the last word
  ByteSpan gap_;                            // where it stands
  bool tight_ = false;                      // no blank line between the items of a list
};

}  // namespace

Text html_text(const HtmlTree& tree, bool with_navigation) { return PageText(tree, with_navigation).take(); }

}  // namespace kindling
