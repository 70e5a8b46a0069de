// What a document becomes when it is read: UTF-8 text, its structure, and the way back to the source bytes and
// pages.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/span.h"

namespace kindling {

// A run of the text with one role. Blocks are in text order and do not overlap. Text outside every block is
// white space or, where the text is the source itself (Markdown, plain text), markup that says nothing: a
// heading's marks and underline, rules, link definitions, comments, front matter.
struct Block {
  enum class Kind : std::uint8_t { heading, paragraph, list_item, table_header, table_row, code, quote };
  Kind kind = Kind::paragraph;
  std::uint8_t level = 0;  // heading: 1 to 6; list_item: depth from 1; others: 0, or the level from which on
                           // headings end here (after a list of terms, whose terms are headings)
  ByteSpan span;  // in Text::utf8; a heading's span holds its words, without markup where the format allows
};

// A stretch of the text and the source bytes that it was read from. When `verbatim`, the bytes are equal, so
// that any sub-range maps to the sub-range; else (entities, collapsed white space) only the whole maps.
struct SourceRange {
  ByteSpan text;
  ByteSpan source;
  bool verbatim = false;
};

struct Page {
  std::uint32_t number = 1;  // from 1
  ByteSpan span;             // of the text
};

// A picture that a document shows, or a page that has to be seen because it holds no text. The picture itself
// is not here: it is read when somebody wants it (formats/picture.h).
struct Figure {
  std::uint32_t at = 0;    // it stands before this byte of the text
  std::uint32_t page = 0;  // of a page without a text layer; 0: a picture of its own
  std::string source;      // how the document names it, references resolved: "img/flow.png"; empty for a page
  std::string words;       // its alternative text and its caption, on one line; may be empty
};

// More and longer ones are left out, without a word: pictures inside of the document ("data:") among them.
inline constexpr std::size_t figures_max = 1'000;
inline constexpr std::size_t figure_source_bytes_max = 2'048;
inline constexpr std::size_t figure_words_bytes_max = 1'000;

struct Text {
  std::string utf8;    // valid UTF-8, no NUL
  std::string title;   // of the document, may be empty
  std::string format;  // "text", "markdown", "html", "pdf", "jsonl"
  std::vector<Block> blocks;
  std::vector<SourceRange> sources;  // in text order; empty when there is no byte map (PDF, JSON strings, gzip)
  std::vector<Page> pages;           // empty when the format has none
  std::vector<Figure> figures;       // in text order; an index does not keep them
  std::vector<std::string> warnings;  // "page 3: no text layer", "12 invalid bytes replaced"
};

// The smallest source range known to cover `span` of the text: exact at both ends where the map is verbatim.
// Empty when the format has no byte map.
[[nodiscard]] ByteSpan source_span(const Text& text, ByteSpan span);

// The number of the page on which `span` begins; 0 when there are no pages.
[[nodiscard]] std::uint32_t page_of(const Text& text, ByteSpan span);

// One document as a format gives it. A JSONL file gives many, every other format one.
struct DecodedDocument {
  std::string id;  // what follows '#' in its uri: the record's `_id`; empty for a whole file
  Text text;
  Json metadata;  // an object: flat values and lists of them
};

}  // namespace kindling
