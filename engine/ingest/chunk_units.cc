#include "engine/ingest/chunk_units.h"

#include <algorithm>
#include <limits>

#include "base/utf8.h"
#include "engine/ingest/chunk_space.h"
#include "tokenizer/boundaries.h"

namespace kindling {
namespace {

// --- Blocks made whole.

// Marks of a block are short; more than this is something else.
constexpr std::uint32_t markup_bytes_max = 256;

// Of the markup between two blocks, what stands on the next block's line belongs to that, and what follows the
// block before without an empty line belongs to it (an underline, a table's rule, a closing fence). Link
// definitions, comments and front matter stand apart and belong to none.
class BlockJoiner {
 public:
  explicit BlockJoiner(std::string_view text) : text_(text) {}

  void add(ChunkBlock block) {
    fill_gap(block);
    at_ = std::max(at_, block.span.end);
    blocks_.push_back(block);
  }

  std::vector<ChunkBlock> finish() && {
    const auto size = static_cast<std::uint32_t>(text_.size());
    ChunkBlock nothing;
    nothing.span = {size, size};
    fill_gap(nothing);
    return std::move(blocks_);
  }

  [[nodiscard]] std::uint32_t at() const { return at_; }

 private:
  void fill_gap(ChunkBlock& next) {
    const ByteSpan gap{at_, next.span.begin};
    if (trimmed(text_, gap).empty()) return;
    ByteSpan before{at_, at_};  // goes to the block before
    ByteSpan after = gap;       // goes to the next
    const std::size_t line_end = slice(text_, gap).rfind('\n');
    const BlankLines blank = blank_lines(text_, gap);
    if (blank.first != BlankLines::none) {
      before.end = blank.first;
      after.begin = blank.last;
    } else if (next.span.empty()) {
      before = gap;
      after.begin = gap.end;
    } else if (line_end != std::string_view::npos) {
      before.end = after.begin = gap.begin + static_cast<std::uint32_t>(line_end) + 1;
    }
    before = trimmed(text_, before);
    after = trimmed(text_, after);
    if (!blocks_.empty() && !before.empty() && before.size() <= markup_bytes_max)
      blocks_.back().span.end = before.end;
    if (!next.span.empty() && !after.empty() && after.size() <= markup_bytes_max) next.span.begin = after.begin;
  }

  std::string_view text_;
  std::uint32_t at_ = 0;  // everything before is done
  std::vector<ChunkBlock> blocks_;
};

// --- Long sentences cut.

enum class CutKind : std::uint8_t { none, hard, blank, clause };

// What a cut between two code points would be.
CutKind cut_between(char32_t left, char32_t right) {
  const bool blank = is_blank(right);
  switch (left) {
    case U',':
    case U';':
    case U':':
    case U')':
    case U']':
    case 0x2013:
    case 0x2014:
      return blank ? CutKind::clause : CutKind::hard;
    case 0x3001:
    case 0xff0c:
    case 0xff1b:
    case 0xff1a:
    case 0x3002:
    case 0xff09:
    case 0x300d:  // ideographic marks
    case 0x060c:
    case 0x061b:  // Arabic comma, semicolon
      return CutKind::clause;
    default:
      break;
  }
  if (blank) return CutKind::blank;
  const bool joins = (right >= 0x300 && right <= 0x36f) || right == 0x200d || left == 0x200d ||
                     (right >= 0xfe00 && right <= 0xfe0f) || (right >= 0x1f3fb && right <= 0x1f3ff);
  return joins ? CutKind::none : CutKind::hard;
}

double cost_of(CutKind kind) {
  switch (kind) {
    case CutKind::clause:
      return 0;
    case CutKind::blank:
      return .25;
    case CutKind::hard:
      return 2;
    case CutKind::none:
      return 4;
  }
  return 4;
}

// Code points of a span, and how many of them are of scripts that say more with each.
struct Census {
  std::uint64_t code_points = 0;
  std::uint64_t cjk = 0;
  std::uint64_t arabic = 0;
};

Census census(std::string_view text) {
  Census census;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    census.code_points += (byte & 0xc0) != 0x80;
    census.cjk += byte >= 0xe3 && byte <= 0xed;     // U+3000 to U+DFFF
    census.arabic += byte >= 0xd8 && byte <= 0xdb;  // U+0600 to U+06FF
  }
  return census;
}

std::uint32_t code_points_max(const Census& census) {
  if (census.cjk * 2 > census.code_points) return unit_code_points_max_cjk;
  if (census.arabic * 2 > census.code_points) return unit_code_points_max_arabic;
  return unit_code_points_max;
}

// Where to end the first of the pieces that `code_points` are to be cut into, none longer than `limit`: the
// best place about one equal share away. Requires: code_points > limit >= 1.
struct Cut {
  std::uint32_t at;           // byte in the text
  std::uint64_t code_points;  // before it
};

Cut first_cut(std::string_view text, ByteSpan span, std::uint64_t code_points, std::uint64_t limit) {
  const std::uint64_t pieces = (code_points + limit - 1) / limit;
  const auto share = static_cast<double>((code_points + pieces - 1) / pieces);
  Cut best{};
  double best_cost = std::numeric_limits<double>::infinity();
  std::size_t at = span.begin;
  char32_t left = next_code_point(text, at);
  for (std::uint64_t count = 1; count <= limit && at < span.end; ++count) {
    const auto here = static_cast<std::uint32_t>(at);
    const char32_t right = next_code_point(text, at);
    const double distance = static_cast<double>(count) / share - 1;
    const double cost = (distance < 0 ? -distance : distance) + cost_of(cut_between(left, right));
    left = right;
    if (cost > best_cost) continue;
    best_cost = cost;
    best = {here, count};
  }
  return best;
}

// --- Units of one text.

class UnitMaker {
 public:
  UnitMaker(std::string_view text, const Tokenizer& tokenizer, std::uint32_t tokens_max)
      : text_(text), tokenizer_(tokenizer), tokens_max_(tokens_max) {}

  void begin_block(std::uint32_t block) { block_ = block; }

  // One unit, or several if it is too long.
  void add(ByteSpan span) {
    const Census counted = census(slice(text_, span));
    mid_sentence_ = false;
    add_in_pieces(span, counted.code_points, code_points_max(counted));
  }

  // Lines of code, as many together as make a unit.
  void add_code(ByteSpan span) {
    ByteSpan group{span.begin, span.begin};
    std::uint32_t at = span.begin;
    while (at < span.end) {
      const std::size_t line_end = slice(text_, {at, span.end}).find('\n');
      const std::uint32_t next =
          line_end == std::string_view::npos ? span.end : at + static_cast<std::uint32_t>(line_end) + 1;
      const bool empty = trimmed(text_, {at, next}).empty();
      if (empty || next - group.begin > unit_code_points_max) {
        add_lines(group);
        group.begin = empty ? next : at;
      }
      group.end = at = next;
    }
    add_lines(group);
  }

  std::vector<ChunkUnit> finish() && { return std::move(units_); }

 private:
  // Keeps the indentation of the first line.
  void add_lines(ByteSpan lines) {
    lines.end = trimmed(text_, lines).end;
    if (lines.begin < lines.end && !trimmed(text_, lines).empty()) add(lines);
  }

  void add_in_pieces(ByteSpan span, std::uint64_t code_points, std::uint64_t limit) {
    while (code_points > limit) {
      const Cut cut = first_cut(text_, span, code_points, limit);
      count_and_add(trimmed_piece({span.begin, cut.at}), cut.code_points);
      span.begin = cut.at;
      code_points -= cut.code_points;
    }
    count_and_add(trimmed_piece(span), code_points);
  }

  // The first piece keeps its beginning (the indentation of code); later ones begin with something visible.
  ByteSpan trimmed_piece(ByteSpan span) {
    const ByteSpan both = trimmed(text_, span);
    return mid_sentence_ || both.empty() ? both : ByteSpan{span.begin, both.end};
  }

  // `code_points` is at least their number in `span`.
  void count_and_add(ByteSpan span, std::uint64_t code_points) {
    if (span.begin >= span.end) return;
    const auto tokens = tokenizer_.count(slice(text_, span)).tokens_max;
    if (tokens > tokens_max_ && code_points > 1) {
      const std::uint64_t exact = census(slice(text_, span)).code_points;
      if (exact > 1) {
        const std::uint64_t pieces = std::min(exact, (tokens + tokens_max_ - 1) / tokens_max_);
        add_in_pieces(span, exact, (exact + pieces - 1) / pieces);
        return;
      }
    }
    units_.push_back(
        {span, static_cast<std::uint32_t>(std::min<std::uint64_t>(tokens, UINT32_MAX)), block_, mid_sentence_});
    mid_sentence_ = true;
  }

  std::string_view text_;
  const Tokenizer& tokenizer_;
  std::uint32_t tokens_max_;
  std::uint32_t block_ = 0;
  bool mid_sentence_ = false;
  std::vector<ChunkUnit> units_;
};

// Where the line's white space before `at` begins, if there is nothing else before it; never before `from`.
std::uint32_t begin_of_indentation(std::string_view text, std::uint32_t at, std::uint32_t from) {
  std::uint32_t begin = at;
  while (begin > from && (text[begin - 1] == ' ' || text[begin - 1] == '\t')) --begin;
  return begin == 0 || text[begin - 1] == '\n' ? begin : at;
}

bool holds_sentences(Block::Kind kind) {
  return kind == Block::Kind::paragraph || kind == Block::Kind::list_item || kind == Block::Kind::quote;
}

}  // namespace

std::vector<ChunkBlock> whole_blocks(const Text& text) {
  std::vector<Block> blocks = text.blocks;
  const auto size = static_cast<std::uint32_t>(text.utf8.size());
  if (blocks.empty()) blocks.push_back({Block::Kind::paragraph, 0, {0, size}});
  const auto earlier = [](const Block& a, const Block& b) { return a.span < b.span; };
  if (!std::is_sorted(blocks.begin(), blocks.end(), earlier))
    std::stable_sort(blocks.begin(), blocks.end(), earlier);
  BlockJoiner joiner(text.utf8);
  for (const Block& block : blocks) {
    ByteSpan span{std::max(block.span.begin, joiner.at()), std::min(block.span.end, size)};
    if (span.begin >= span.end) continue;
    span.begin = static_cast<std::uint32_t>(floor_code_point(text.utf8, span.begin));
    span.end = static_cast<std::uint32_t>(floor_code_point(text.utf8, span.end));
    span.begin = std::max(span.begin, joiner.at());
    const ByteSpan visible = trimmed(text.utf8, span);
    if (visible.empty()) continue;
    std::uint32_t begin = visible.begin;
    if (block.kind == Block::Kind::code) begin = begin_of_indentation(text.utf8, begin, joiner.at());
    joiner.add({block.kind, block.level, {begin, visible.end}, visible});
  }
  return std::move(joiner).finish();
}

std::vector<ChunkUnit> chunk_units(std::string_view text, const std::vector<ChunkBlock>& blocks,
                                   const Tokenizer& tokenizer, std::uint32_t tokens_max) {
  // Once for the whole text: finding sentences has a cost a call, and a text may have a million blocks.
  const std::vector<ByteSpan> sentences = sentence_spans(text);
  UnitMaker maker(text, tokenizer, tokens_max);
  std::size_t sentence = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const ChunkBlock& block = blocks[i];
    maker.begin_block(static_cast<std::uint32_t>(i));
    if (block.kind == Block::Kind::code) {
      maker.add_code(block.span);
    } else if (!holds_sentences(block.kind)) {
      maker.add(block.span);
    } else {
      while (sentence < sentences.size() && sentences[sentence].end <= block.span.begin) ++sentence;
      for (; sentence < sentences.size() && sentences[sentence].begin < block.span.end; ++sentence) {
        const ByteSpan part = trimmed(text, {std::max(sentences[sentence].begin, block.span.begin),
                                             std::min(sentences[sentence].end, block.span.end)});
        if (!part.empty()) maker.add(part);
        if (sentences[sentence].end > block.span.end) break;
      }
    }
  }
  return std::move(maker).finish();
}

}  // namespace kindling
