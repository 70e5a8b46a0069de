#include <algorithm>
#include <optional>
#include <string>

#include "base/utf8.h"
#include "formats/parse/charset.h"
#include "formats/parse/parsers.h"
#include "formats/parse/text_builder.h"
#include "formats/sniff.h"

namespace kindling {
namespace {

constexpr std::size_t heading_bytes_max = 160;
constexpr std::uint8_t term_level = 6;        // below every other heading
constexpr std::size_t title_blocks_max = 3;   // a heading further down is a part's, not the document's
constexpr std::size_t long_line_bytes = 240;  // nobody breaks lines here: each is a paragraph of its own

struct Line {
  ByteSpan span;  // without its end and the blanks around it; empty for a blank line
  std::size_t indent = 0;
};

Line line_at(std::string_view text, std::size_t& at) {
  const std::size_t end = std::min(text.find_first_of("\n\f\v", at), text.size());
  Line line;
  line.span = trimmed(text, {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)});
  line.indent = line.span.begin - at;
  at = std::min(end + 1, text.size());
  return line;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z') || static_cast<signed char>(c) < 0; }

// "=====", "-----": one mark all along. It underlines a title or divides the page, and says nothing by itself.
std::optional<char> rule_mark(std::string_view line) {
  if (line.size() < 3 || std::string_view("=-~^*#_").find(line[0]) == std::string_view::npos)
    return std::nullopt;
  if (line.find_first_not_of(line[0]) != std::string_view::npos) return std::nullopt;
  return line[0];
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// A title's line is about as long as the title, or longer; one of `=` is never anything else.
bool underlines(std::string_view title, std::string_view marks) {
  if (title.size() > heading_bytes_max || std::none_of(title.begin(), title.end(), is_letter)) return false;
  const std::size_t width = characters(title);
  return marks[0] == '=' ? marks.size() * 2 >= width : marks.size() + 2 >= width;
}

// "Chapter 3. Building", "Appendix A", "2.3.1 Limits": titles that stand alone and say so by their numbers.
std::uint8_t numbered_title_level(std::string_view line) {
  if (line.size() > 100 || line.ends_with('.') || line.ends_with(',') || line.ends_with(';') ||
      line.ends_with(':'))
    return 0;
  for (const std::string_view word : {"Chapter ", "Appendix ", "Part ", "CHAPTER ", "APPENDIX ", "PART "}) {
    if (line.starts_with(word) && line.size() > word.size() &&
        (is_digit(line[word.size()]) || is_upper(line[word.size()])) &&
        (line.size() == word.size() + 1 || !is_letter(line[word.size() + 1]) ||
         is_upper(line[word.size() + 1]))) {
      return 1;
    }
  }
  std::uint8_t level = 0;
  std::size_t at = 0;
  while (at < line.size() && (is_digit(line[at]) || (level == 0 && at == 0 && is_upper(line[at])))) {
    while (at < line.size() && is_digit(line[at])) ++at;
    if (at == 0) ++at;
    ++level;
    if (at >= line.size() || line[at] != '.') break;
    ++at;
  }
  const bool titled =
      at > 0 && at + 1 < line.size() && line[at] == ' ' && is_upper(line[line.find_first_not_of(' ', at)]);
  return titled && level >= 2 ? std::min<std::uint8_t>(level, 6) : 0;
}

// "== Title", as AsciiDoc and Wiki pages have it.
std::uint8_t equals_title_level(std::string_view line) {
  const std::size_t marks = line.find_first_not_of('=');
  if (marks == std::string_view::npos || marks < 1 || marks > 6 || line.size() > heading_bytes_max) return 0;
  return line[marks] == ' ' && line.size() > marks + 1 && is_letter(line[marks + 1])
             ? static_cast<std::uint8_t>(marks)
             : 0;
}

bool starts_list_item(std::string_view line) {
  for (const std::string_view bullet :
       {"- ", "* ", "+ ", "o ", "\xe2\x80\xa2 ", "\xe2\x80\xa2", "\xe2\x80\x93 ", "\xe2\x97\xa6 "}) {
    if (line.starts_with(bullet)) return line.size() > bullet.size();
  }
  std::size_t at = line.starts_with('(') ? 1 : 0;
  const std::size_t digits = at;
  while (at < line.size() && at < digits + 3 && is_digit(line[at])) ++at;
  return at > digits && at + 1 < line.size() && (line[at] == '.' || line[at] == ')') && line[at + 1] == ' ';
}

// "# Title", as Markdown has it and many texts that call themselves plain. A comment or a root's prompt looks
// alike, so the title begins as titles do, with a capital or a number, and stands alone (the caller sees to
// that).
std::uint8_t number_sign_title_level(std::string_view line) {
  const std::size_t marks = line.find_first_not_of('#');
  if (marks == std::string_view::npos || marks < 1 || marks > 6 || line.size() > heading_bytes_max) return 0;
  if (line[marks] != ' ' || line.size() < marks + 2) return 0;
  const char first = line[marks + 1];
  const bool titled = is_upper(first) || is_digit(first) || static_cast<signed char>(first) < 0;
  return titled ? static_cast<std::uint8_t>(marks) : 0;
}

bool is_row(std::string_view line) {
  return line.size() > 2 && line.starts_with('|') && line.find('|', 1) != std::string_view::npos;
}

// "name | value": a row only beside another one, for a shell's pipe is written alike.
bool has_cells(std::string_view line) {
  return line.find(" | ") != std::string_view::npos || line.ends_with(" |");
}

// "-----+-----", "|---|---|": between a table's head and its rows.
bool is_table_rule(std::string_view line) {
  return line.size() >= 3 && line.find_first_not_of("-=+|: ") == std::string_view::npos &&
         line.find('-') != std::string_view::npos && line.find_first_of("+|") != std::string_view::npos;
}

// A term with its explanation set in below it, as manuals list options and parameters: "work_mem (integer)".
// Prose, or a command with its output, looks different: it ends a sentence, or is no explanation of several
// words.
bool is_term(std::string_view line) {
  constexpr std::size_t term_bytes_max = 80;
  constexpr std::string_view sentence_ends = ".:;,!?{}";
  if (line.size() > term_bytes_max || sentence_ends.find(line.back()) != std::string_view::npos) return false;
  if (std::string_view("$>#|+\\").find(line.front()) != std::string_view::npos || starts_list_item(line))
    return false;
  return std::any_of(line.begin(), line.end(), is_letter);
}

bool explains(std::string_view line) {
  constexpr std::ptrdiff_t words_min = 4;
  return is_letter(line.front()) && std::count(line.begin(), line.end(), ' ') >= words_min - 1;
}

// Collects lines into blocks: the text is read once, with one line of looking back and one ahead.
class PlainBlocks {
 public:
  explicit PlainBlocks(std::string_view text) : text_(text) {}

  std::vector<Block> find() {
    std::size_t at = 0;
    Line next = at < text_.size() ? line_at(text_, at) : Line{};
    bool more = !text_.empty();
    while (more) {
      const Line line = next;
      more = at < text_.size();
      next = more ? line_at(text_, at) : Line{};
      after_next_ = at;
      if (line.span.empty() || rule_mark(words(line))) {
        close();
        after_blank_ = true;
        continue;
      }
      if (is_table_rule(words(line))) continue;
      if (!take_heading(line, next)) take_line(line, next);
      after_blank_ = false;
    }
    close();
    return std::move(blocks_);
  }

 private:
  [[nodiscard]] std::string_view words(const Line& line) const { return slice(text_, line.span); }

  // Which mark stands for which level is the author's choice: the first that is met is the highest.
  std::uint8_t level_of(char mark) {
    std::size_t index = marks_.find(mark);
    if (index == std::string::npos) {
      index = marks_.size();
      marks_.push_back(mark);
    }
    return static_cast<std::uint8_t>(std::min<std::size_t>(index + 1, 6));
  }

  bool take_heading(const Line& line, const Line& next) {
    const std::string_view title = words(line);
    if (!after_blank_ || line.indent > 3) return false;
    const auto mark = rule_mark(words(next));
    // The head of a query's result is set in from its rule, a title is not.
    const bool result_head = mark == '-' && line.indent > next.indent;
    if (mark && !result_head && underlines(title, words(next)) && !is_row(title)) {
      add(Block::Kind::heading, level_of(*mark), line.span);
      in_terms_ = false;
      return true;
    }
    if (const std::uint8_t level = equals_title_level(title); level > 0) {
      const std::uint32_t begin = line.span.begin + level + 1;
      const std::size_t end = title.find_last_not_of("= ");
      add(Block::Kind::heading, level, {begin, static_cast<std::uint32_t>(line.span.begin + end + 1)});
      in_terms_ = false;
      return true;
    }
    if (!next.span.empty() || line.indent > 0) return false;
    if (const std::uint8_t level = number_sign_title_level(title); level > 0) {
      add(Block::Kind::heading, level, {line.span.begin + level + 1, line.span.end});
      in_terms_ = false;
      return true;
    }
    std::uint8_t level = numbered_title_level(title);
    const bool term = level == 0 && is_term(title) && explanation_follows(line);
    if (term) level = term_level;
    if (level == 0) return false;
    add(Block::Kind::heading, level, line.span);
    in_terms_ = term;
    return true;
  }

  // Behind the blank line that comes next, set in deeper than the term.
  [[nodiscard]] bool explanation_follows(const Line& term) const {
    constexpr std::size_t deeper_min = 4;
    if (after_next_ >= text_.size()) return false;
    std::size_t at = after_next_;
    const Line line = line_at(text_, at);
    return !line.span.empty() && line.indent >= term.indent + deeper_min && explains(words(line));
  }

  void take_line(const Line& line, const Line& next) {
    const std::string_view text = words(line);
    const bool beside_row = has_cells(words(next)) || is_table_rule(words(next)) ||
                            (!after_blank_ && !blocks_.empty() && !open_ && last_is_row());
    if (is_row(text) || (has_cells(text) && beside_row)) {
      const bool first = blocks_.empty() || open_.has_value() || after_blank_ || !last_is_row();
      close();
      add(first ? Block::Kind::table_header : Block::Kind::table_row,
          first ? level_beside(line) : std::uint8_t{0}, line.span);
      return;
    }
    const bool item = starts_list_item(text) &&
                      (after_blank_ || (open_ && open_->kind == Block::Kind::list_item) || line.indent > 0);
    const bool was_long = open_ && last_line_bytes_ >= long_line_bytes;
    if (item || was_long || text.size() >= long_line_bytes) close();
    if (!open_) {
      const auto depth = static_cast<std::uint8_t>(std::min<std::size_t>(1 + line.indent / 4, 6));
      open_ = Block{item ? Block::Kind::list_item : Block::Kind::paragraph, item ? depth : level_beside(line),
                    line.span};
    }
    open_->span.end = line.span.end;
    last_line_bytes_ = text.size();
  }

  // What is not set in stands beside the terms, not below the last of them. (Terms themselves are not set in.)
  std::uint8_t level_beside(const Line& line) {
    if (!in_terms_ || line.indent > 0 || !after_blank_) return 0;
    in_terms_ = false;
    return term_level;
  }

  [[nodiscard]] bool last_is_row() const {
    return blocks_.back().kind == Block::Kind::table_header || blocks_.back().kind == Block::Kind::table_row;
  }

  void add(Block::Kind kind, std::uint8_t level, ByteSpan span) {
    close();
    blocks_.push_back({kind, level, span});
  }

  void close() {
    if (open_) blocks_.push_back(*open_);
    open_.reset();
  }

  std::string_view text_;
  std::vector<Block> blocks_;
  std::optional<Block> open_;
  std::string marks_;           // that underline titles, in the order in which they were met
  bool in_terms_ = false;       // the last heading is a term
  std::size_t after_next_ = 0;  // where the line after the next one begins
  std::size_t last_line_bytes_ = 0;
  bool after_blank_ = true;
};

// What stands between blank lines.
std::vector<Block> find_code_blocks(std::string_view utf8) {
  std::vector<Block> blocks;
  bool open = false;
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t begin = at;
    const Line line = line_at(utf8, at);
    if (line.span.empty()) {
      open = false;
    } else if (open) {
      blocks.back().span.end = line.span.end;
    } else {
      blocks.push_back(
          {Block::Kind::code, 0, {static_cast<std::uint32_t>(begin), line.span.end}});  // with its indentation
      open = true;
    }
  }
  return blocks;
}

}  // namespace

std::vector<Block> find_plain_blocks(std::string_view utf8) { return PlainBlocks(utf8).find(); }

Result<DecodedDocument> parse_plain_text(std::string_view name, std::string_view bytes) {
  Unicode unicode = to_unicode(bytes);
  DecodedDocument document;
  document.metadata = Json::object();
  Text& text = document.text;
  text.utf8 = std::move(unicode.utf8);
  text.sources = std::move(unicode.sources);
  text.warnings = std::move(unicode.warnings);
  text.format = "text";
  text.blocks = is_source_code_name(name) ? find_code_blocks(text.utf8) : find_plain_blocks(text.utf8);
  text.title = first_heading(text, title_blocks_max);
  return document;
}

}  // namespace kindling
