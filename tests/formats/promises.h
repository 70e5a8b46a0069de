// What every Text promises (formats/text.h), as checks that any test can make.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "formats/parse/text_builder.h"
#include "formats/text.h"

namespace kindling {

// `covered`: no word stands outside of the blocks (where the text is the source itself, markup may).
inline void expect_sound(const Text& text, std::string_view source, bool covered) {
  EXPECT_TRUE(is_valid_utf8(text.utf8));
  EXPECT_EQ(text.utf8.find('\0'), std::string::npos);
  std::uint32_t at = 0;
  for (const Block& block : text.blocks) {
    ASSERT_LE(at, block.span.begin);
    ASSERT_LT(block.span.begin, block.span.end);
    ASSERT_LE(block.span.end, text.utf8.size());
    if (covered) {
      EXPECT_TRUE(is_blank(slice(text.utf8, {at, block.span.begin})))
          << slice(text.utf8, {at, block.span.begin});
    }
    EXPECT_TRUE(is_valid_utf8(slice(text.utf8, block.span)));
    EXPECT_TRUE(block.kind != Block::Kind::heading || (block.level >= 1 && block.level <= 6));
    at = block.span.end;
  }
  EXPECT_TRUE(!covered || is_blank(std::string_view(text.utf8).substr(at)));
  at = 0;
  for (const SourceRange& range : text.sources) {
    ASSERT_LE(at, range.text.begin);
    ASSERT_LE(range.text.end, text.utf8.size());
    ASSERT_LE(range.source.begin, range.source.end);
    ASSERT_LE(range.source.end, source.size());
    if (range.verbatim) {
      EXPECT_EQ(slice(text.utf8, range.text), slice(source, range.source));
    }
    at = range.text.end;
  }
}

inline const char* name_of(Block::Kind kind) {
  switch (kind) {
    case Block::Kind::heading:
      return "heading";
    case Block::Kind::paragraph:
      return "paragraph";
    case Block::Kind::list_item:
      return "item";
    case Block::Kind::table_header:
      return "header";
    case Block::Kind::table_row:
      return "row";
    case Block::Kind::code:
      return "code";
    case Block::Kind::quote:
      return "quote";
  }
  return "";
}

// "heading1:Title", "paragraph:Words", ...
inline std::vector<std::string> outline(const std::vector<Block>& blocks, std::string_view utf8) {
  std::vector<std::string> lines;
  for (const Block& block : blocks) {
    lines.push_back(name_of(block.kind) + (block.level > 0 ? std::to_string(block.level) : "") + ":" +
                    std::string(slice(utf8, block.span)));
  }
  return lines;
}
inline std::vector<std::string> outline(const Text& text) { return outline(text.blocks, text.utf8); }

// The source bytes that words of the text came from. Requires: the words are in the text.
inline std::string_view source_of(const Text& text, std::string_view source, std::string_view words) {
  const std::size_t at = text.utf8.find(words);
  EXPECT_NE(at, std::string::npos) << words;
  const ByteSpan span{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + words.size())};
  return slice(source, source_span(text, span));
}

using Lines = std::vector<std::string>;

}  // namespace kindling
