#include "engine/ingest/chunker.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "base/utf8.h"
#include "engine/ingest/chunk_cuts.h"
#include "engine/ingest/chunk_sections.h"
#include "engine/ingest/chunk_space.h"
#include "engine/ingest/chunk_units.h"
#include "tokenizer/wordpiece.h"

namespace kindling {
namespace {

// A unit weighs its tokens, but at least one for so many bytes: else a chunk of a megabyte of what the
// tokenizer has no word for (an encoded picture, zero-width characters) would count as nothing.
constexpr std::uint32_t bytes_per_token_max = 64;

std::vector<std::uint32_t> unit_weights(const std::vector<ChunkUnit>& units, std::uint32_t weight_max) {
  std::vector<std::uint32_t> weights;
  weights.reserve(units.size());
  for (const ChunkUnit& unit : units) {
    const std::uint32_t by_bytes = (unit.span.size() + bytes_per_token_max - 1) / bytes_per_token_max;
    weights.push_back(std::clamp(std::max(unit.tokens, by_bytes), 1u, weight_max));
  }
  return weights;
}

// What it costs to end a chunk or a part of a section after `unit`, as best_even_cuts means it.
float cost_of_cut_after(const ChunkUnit& unit, const ChunkUnit& next, const std::vector<ChunkBlock>& blocks) {
  using Kind = Block::Kind;
  if (next.mid_sentence) return .3F;
  const Kind kind = blocks[unit.block].kind;
  if (unit.block == next.block) return .05F;
  if (kind == Kind::heading || kind == Kind::table_header) return 1;
  if (kind == Kind::paragraph && blocks[next.block].kind == Kind::list_item)
    return .05F;  // what introduces a list
  if (kind == blocks[next.block].kind && kind != Kind::paragraph) return .02F;
  return 0;
}

// The score: sections in parts, parts in chunks.
class ChunkMaker {
 public:
  ChunkMaker(const Text& text, const Tokenizer& tokenizer, ChunkOptions options)
      : text_(text),
        tokenizer_(tokenizer),
        options_(options),
        additive_(dynamic_cast<const WordPiece*>(&tokenizer) != nullptr),
        blocks_(whole_blocks(text)),
        units_(chunk_units(text.utf8, blocks_, tokenizer, options.chunk_tokens)) {}

  Chunking make() && {
    const std::vector<std::uint32_t> weights = unit_weights(units_, options_.chunk_tokens);
    SectionRuns sections = section_runs(text_, blocks_, units_, weights, options_.chunk_tokens);
    chunking_.heading_paths = std::move(sections.heading_paths);
    for (std::size_t i = 0; i < units_.size(); ++i) {
      const float cost = i + 1 < units_.size() ? cost_of_cut_after(units_[i], units_[i + 1], blocks_) : 0;
      row_.push_back({weights[i], cost});
    }
    for (const SectionRun& run : sections.runs) add_section(run);
    for (const ChunkUnit& unit : units_) chunking_.sentences.push_back({unit.span, unit.tokens});
    return std::move(chunking_);
  }

 private:
  [[nodiscard]] std::span<const Weighted> row(std::uint32_t first, std::uint32_t after) const {
    return std::span(row_).subspan(first, after - first);
  }

  [[nodiscard]] ByteSpan span_of(std::uint32_t first, std::uint32_t after) const {
    return {units_[first].span.begin, units_[after - 1].span.end};
  }

  void add_section(const SectionRun& run) {
    std::uint32_t first = run.first_unit;
    for (const std::uint32_t end :
         quick_even_cuts(row(run.first_unit, run.after_unit), options_.section_tokens)) {
      add_part(first, run.first_unit + end, run.heading_path);
      first = run.first_unit + end;
    }
  }

  void add_part(std::uint32_t first, std::uint32_t after, std::uint32_t heading_path) {
    Section section;
    section.span = span_of(first, after);
    section.heading_path = heading_path;
    section.first_chunk = static_cast<std::uint32_t>(chunking_.chunks.size());
    std::uint32_t begin = first;
    for (const std::uint32_t end : best_even_cuts(row(first, after), options_.chunk_tokens)) {
      add_chunk(begin, first + end);
      begin = first + end;
    }
    section.chunk_count = static_cast<std::uint32_t>(chunking_.chunks.size()) - section.first_chunk;
    for (std::uint32_t i = 0; i < section.chunk_count; ++i) {
      section.tokens += chunking_.chunks[section.first_chunk + i].tokens;
    }
    chunking_.sections.push_back(section);
  }

  // The units' tokens have been counted one by one; where their sum might not be the count of the whole, it is
  // counted, and cut in two if it is over the limit after all.
  void add_chunk(std::uint32_t first, std::uint32_t after) {
    const ByteSpan span = span_of(first, after);
    std::uint32_t tokens = 0;
    for (std::uint32_t i = first; i < after; ++i) tokens += units_[i].tokens;
    if (after - first > 1 && !sum_is_exact(first, after)) {
      tokens = static_cast<std::uint32_t>(tokenizer_.count(slice(text_.utf8, span)).tokens_max);
      if (tokens > options_.chunk_tokens) {
        const std::uint32_t middle = first + (after - first) / 2;
        add_chunk(first, middle);
        add_chunk(middle, after);
        return;
      }
    }
    chunking_.chunks.push_back({.span = span,
                                .section = static_cast<std::uint32_t>(chunking_.sections.size()),
                                .first_sentence = first,
                                .sentence_count = after - first,
                                .tokens = tokens,
                                .page = page_of(text_, span)});
  }

  // WordPiece never looks across a blank; of other tokenizers we do not know. Between units there may also be
  // markup that belongs to none (a comment, a rule).
  [[nodiscard]] bool sum_is_exact(std::uint32_t first, std::uint32_t after) const {
    if (!additive_) return false;
    for (std::uint32_t i = first + 1; i < after; ++i) {
      const ByteSpan between{units_[i - 1].span.end, units_[i].span.begin};
      if (!has_plain_space(text_.utf8, between) || !trimmed(text_.utf8, between).empty()) return false;
    }
    return true;
  }

  const Text& text_;
  const Tokenizer& tokenizer_;
  ChunkOptions options_;
  bool additive_;
  std::vector<ChunkBlock> blocks_;
  std::vector<ChunkUnit> units_;
  std::vector<Weighted> row_;  // one a unit
  Chunking chunking_;
};

// A title or heading in front of what is embedded is context: a long one must not push the text out of the
// encoder's window.
constexpr std::size_t embedded_title_bytes_max = 240;
constexpr std::size_t embedded_heading_bytes_max = 120;

// Whether the text says `words` at its beginning anyway, behind the markup of a heading.
bool begins_with(std::string_view text, std::string_view words) {
  const std::size_t start = text.find_first_not_of("#*=_> \t\r\n");
  return start != std::string_view::npos && text.substr(start).starts_with(words);
}

void append_sentence(std::string& out, std::string_view words) {
  out += words;
  const bool ends =
      words.ends_with('.') || words.ends_with('?') || words.ends_with('!') || words.ends_with(':');
  out += ends ? " " : ". ";
}

}  // namespace

Chunking chunk(const Text& text, const Tokenizer& tokenizer, ChunkOptions options) {
  KINDLING_CHECK(options.chunk_tokens >= 16 && options.section_tokens >= options.chunk_tokens);
  KINDLING_CHECK(text.utf8.size() <= std::numeric_limits<std::uint32_t>::max());
  return ChunkMaker(text, tokenizer, options).make();
}

std::string embedding_text(std::string_view title, std::span<const std::string_view> heading_path,
                           std::string_view chunk_text) {
  const std::string name = words_on_one_line(title, embedded_title_bytes_max);
  const std::string heading =
      heading_path.empty() ? std::string() : words_on_one_line(heading_path.back(), embedded_heading_bytes_max);
  std::string text;
  if (!name.empty() && !begins_with(chunk_text, name)) append_sentence(text, name);
  if (!heading.empty() && heading != name && !begins_with(chunk_text, heading)) append_sentence(text, heading);
  text += chunk_text;
  return text;
}

}  // namespace kindling
