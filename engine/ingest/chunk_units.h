// The smallest pieces that chunks are made of: sentences, and what stands for them in lists, tables and code.
//
// Pure functions of a text; safe from any thread; linear in the text.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/text.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

// A block made whole: its span holds the markup that belongs to it too ("## ", "| ... |", a code fence).
struct ChunkBlock {
  Block::Kind kind = Block::Kind::paragraph;
  std::uint8_t level = 0;
  ByteSpan span;   // trimmed, not empty
  ByteSpan words;  // the block as the format gave it: of a heading, without markup
};

// In text order, without overlap, together all of the text's blocks. A text without blocks is one paragraph.
// Blocks that are out of order, overlap or leave the text are mended rather than believed.
[[nodiscard]] std::vector<ChunkBlock> whole_blocks(const Text& text);

// What a chunk is never cut inside of.
struct ChunkUnit {
  ByteSpan span;              // begins and ends with something visible (code may begin with its indentation)
  std::uint32_t tokens = 0;   // at most the limit given, save for a single code point that alone has more
  std::uint32_t block = 0;    // index into the blocks given
  bool mid_sentence = false;  // continues the sentence of the unit before it
};

// Longest units, in code points: where a sentence is longer, it is cut at a clause mark, a blank, or wherever
// it must.
inline constexpr std::uint32_t unit_code_points_max = 420;
inline constexpr std::uint32_t unit_code_points_max_arabic = 160;
inline constexpr std::uint32_t unit_code_points_max_cjk = 110;

[[nodiscard]] std::vector<ChunkUnit> chunk_units(std::string_view text, const std::vector<ChunkBlock>& blocks,
                                                 const Tokenizer& tokenizer, std::uint32_t tokens_max);

}  // namespace kindling
