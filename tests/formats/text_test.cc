#include "formats/text.h"

#include <gtest/gtest.h>

#include "formats/parse/text_builder.h"

namespace kindling {
namespace {

// "AB" of the source as it is, "c" for "&c;", a separator, "D".
Text sample() {
  TextBuilder out("xxAB&c;xxD");
  out.open_block(Block::Kind::paragraph);
  out.copy(2, 2);
  out.replace("c", 4, 7);
  out.separate("\n\n");
  out.copy(9, 1);
  return out.take();
}

TEST(SourceSpan, IsExactWhereTheMapIsVerbatim) {
  const Text text = sample();
  EXPECT_EQ(text.utf8, "ABc\n\nD");
  EXPECT_EQ(source_span(text, {0, 1}), (ByteSpan{2, 3}));
  EXPECT_EQ(source_span(text, {1, 2}), (ByteSpan{3, 4}));
}

TEST(SourceSpan, TakesTheWholeOfWhatWasReplaced) {
  EXPECT_EQ(source_span(sample(), {2, 3}), (ByteSpan{4, 7}));
  EXPECT_EQ(source_span(sample(), {1, 3}), (ByteSpan{3, 7}));
}

TEST(SourceSpan, ReachesAcrossSeparators) {
  EXPECT_EQ(source_span(sample(), {0, 6}), (ByteSpan{2, 10}));
  EXPECT_EQ(source_span(sample(), {3, 6}), (ByteSpan{9, 10}));
  EXPECT_EQ(source_span(sample(), {2, 5}), (ByteSpan{4, 7}));
}

TEST(SourceSpan, StaysInsideForEverySpan) {
  const Text text = sample();
  for (std::uint32_t begin = 0; begin <= text.utf8.size(); ++begin) {
    for (std::uint32_t end = begin; end <= text.utf8.size(); ++end) {
      const ByteSpan source = source_span(text, {begin, end});
      EXPECT_LE(source.begin, source.end);
      EXPECT_LE(source.end, 10u);
    }
  }
}

TEST(SourceSpan, IsEmptyWithoutAMap) {
  Text text;
  text.utf8 = "words";
  EXPECT_EQ(source_span(text, {0, 5}), (ByteSpan{}));
}

TEST(PageOf, GivesThePageOnWhichTheSpanBegins) {
  Text text;
  text.pages = {{1, {0, 10}}, {2, {12, 12}}, {3, {12, 30}}};
  EXPECT_EQ(page_of(text, {0, 20}), 1u);
  EXPECT_EQ(page_of(text, {9, 10}), 1u);
  EXPECT_EQ(page_of(text, {12, 13}), 3u);
  EXPECT_EQ(page_of(text, {29, 30}), 3u);
  EXPECT_EQ(page_of(Text(), {0, 1}), 0u);
}

TEST(TextBuilder, ComposesTwoMaps) {
  // outer text "bcX" <- inner "abc?" <- source: "ab" verbatim at 10, "c?" for bytes 20 to 25
  const std::vector<SourceRange> inner = {{{0, 2}, {10, 12}, true}, {{2, 4}, {20, 25}, false}};
  const std::vector<SourceRange> outer = {{{0, 2}, {1, 3}, true}, {{2, 3}, {3, 4}, false}};
  const auto composed = compose(outer, inner);
  ASSERT_EQ(composed.size(), 3u);
  EXPECT_EQ(composed[0].text, (ByteSpan{0, 1}));
  EXPECT_EQ(composed[0].source, (ByteSpan{11, 12}));
  EXPECT_TRUE(composed[0].verbatim);
  EXPECT_EQ(composed[1].source, (ByteSpan{20, 25}));
  EXPECT_FALSE(composed[1].verbatim);
  EXPECT_EQ(composed[2].source, (ByteSpan{20, 25}));
}

}  // namespace
}  // namespace kindling
