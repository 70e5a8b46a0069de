// Text to sections, chunks and sentences: the four spans that everything later is made of.
//
// Along structure first (headings, then paragraphs, list items, table rows, code), then sentences, and inside a
// sentence that is itself too long at clause marks, words, and last code points. A chunk never crosses a
// section and never exceeds `chunk_tokens` as the tokenizer counts it; a section beyond `section_tokens` is cut
// into parts of the same heading path. Chunks of a section are cut evenly, so that none is a leftover of a few
// words; neighbouring sections too small to stand alone (below a third of a chunk) are merged when they share a
// parent heading.
//
// No text is lost: sections cover every block; chunks cover their section, sentences their chunk, each without
// overlap, up to white space and the markup between blocks (see formats/text.h). A table cut between rows
// repeats nothing in the spans (they are spans); rendering puts the header row in front.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/text.h"
#include "index/document.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

struct ChunkOptions {
  std::uint32_t chunk_tokens = 128;    // >= 16; a single code point that has more tokens than that is not cut
  std::uint32_t section_tokens = 512;  // >= chunk_tokens
};

struct Chunking {
  std::vector<HeadingPath> heading_paths;  // each once; [0] may be the empty path
  std::vector<Section> sections;
  std::vector<Chunk> chunks;
  std::vector<Sentence> sentences;
};

// Linear in the text. A text of white space only gives nothing.
[[nodiscard]] Chunking chunk(const Text& text, const Tokenizer& tokenizer, ChunkOptions options = {});

// What is embedded for a chunk: "title. innermost heading. text". Empty parts are left out, and what the text
// begins with anyway. Headings give context to the vector; they are never quoted.
[[nodiscard]] std::string embedding_text(std::string_view title, std::span<const std::string_view> heading_path,
                                         std::string_view chunk_text);

}  // namespace kindling
