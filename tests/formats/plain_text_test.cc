#include <gtest/gtest.h>

#include "formats/parse/charset.h"
#include "formats/parse/parsers.h"
#include "promises.h"

namespace kindling {
namespace {

using namespace std::string_view_literals;

Text parse(std::string_view bytes, std::string_view name = "a.txt") {
  Result<DecodedDocument> document = parse_plain_text(name, bytes);
  EXPECT_TRUE(document.ok());
  expect_sound(document->text, bytes, false);
  return std::move(document)->text;
}

TEST(PlainText, OfAUtf8FileIsTheFile) {
  const std::string_view file = "Grüße\r\n\r\n\tan alle\x01 \xe2\x80\x8b\n";
  const Text text = parse(file);
  EXPECT_EQ(text.utf8, file);
  EXPECT_TRUE(text.warnings.empty());
  EXPECT_EQ(source_span(text, {3, 7}), (ByteSpan{3, 7}));
}

TEST(PlainText, LeavesOutTheByteOrderMarkAndCountsIt) {
  const Text text = parse("\xef\xbb\xbfwords");
  EXPECT_EQ(text.utf8, "words");
  EXPECT_EQ(source_span(text, {0, 5}), (ByteSpan{3, 8}));
}

TEST(PlainText, ReadsUtf16WithAndWithoutAMark) {
  EXPECT_EQ(parse("\xff\xfeG\0r\0\xfc\0\xdf\0\n\0e\0n\0d\0"sv).utf8, "Grüß\nend");
  EXPECT_EQ(parse("\xfe\xff\0G\0r\0\xfc\xd8\x3d\xde\x00"sv).utf8, "Grü\U0001f600");
  EXPECT_EQ(parse("p\0l\0a\0i\0n\0 \0t\0e\0x\0t\0"sv).utf8, "plain text");
}

TEST(PlainText, MapsForeignEncodingsLineByLine) {
  const std::string_view file = "ascii line\nna\xefve caf\xe9 d\xe9j\xe0 vu, o\xf9 \xeates-vous?\nlast\n";
  const Text text = parse(file);
  EXPECT_EQ(text.utf8, "ascii line\nnaïve café déjà vu, où êtes-vous?\nlast\n");
  EXPECT_EQ(source_of(text, file, "ascii"), "ascii");
  EXPECT_EQ(source_of(text, file, "last"), "last");
  EXPECT_EQ(source_of(text, file, "café"), "na\xefve caf\xe9 d\xe9j\xe0 vu, o\xf9 \xeates-vous?\n");
  EXPECT_FALSE(text.warnings.empty());
}

TEST(PlainText, StaysUtf8WithAFewInvalidBytes) {
  const std::string_view file = "größer schöner würde \xff gern";
  const Text text = parse(file);
  EXPECT_EQ(text.utf8, "größer schöner würde \xef\xbf\xbd gern");
  EXPECT_EQ(text.warnings, Lines{"1 invalid UTF-8 sequences replaced"});
  EXPECT_EQ(source_of(text, file, "gern"), "gern");
}

TEST(PlainText, ReplacesNulsByBlanks) {
  const std::string_view file = "one\0\0two"sv;
  const Text text = parse(file);
  EXPECT_EQ(text.utf8, "one  two");
  EXPECT_EQ(source_of(text, file, "two"), "two");
}

TEST(PlainText, BelievesTheTextBeforeAMarkThatLies) {
  EXPECT_EQ(parse("\xff\xfethis is UTF-8: \xc3\xa9").utf8, "this is UTF-8: é");
}

TEST(PlainText, ReadsEastAsianEncodings) {
  EXPECT_EQ(parse("\x1b$B$3$s$K$A$O\x1b(B\n").utf8, "こんにちは\n");
  EXPECT_EQ(to_unicode("\xc4\xe3\xba\xc3", "gb2312").utf8, "你好");
  EXPECT_EQ(to_unicode("\x82\xb1\x82\xf1", "Shift_JIS").utf8, "こん");
}

TEST(PlainText, FindsParagraphsListsAndTitles) {
  const Text text = parse(
      "The Title\n=========\n\nFirst paragraph\nof two lines.\n\n  * an item\n    goes on\n  * another\n\nPart "
      "two\n--------\nWords.\n");
  EXPECT_EQ(outline(text), (Lines{"heading1:The Title", "paragraph:First paragraph\nof two lines.",
                                  "item1:* an item\n    goes on", "item1:* another", "heading2:Part two",
                                  "paragraph:Words."}));
  EXPECT_EQ(text.title, "The Title");
}

TEST(PlainText, TakesTheFirstUnderlineMetForTheHighestLevel) {
  EXPECT_EQ(outline(parse("****\nBook\n****\n\nPart\n----\n\nOne\n===\n\nTwo\n===\n\nOther\n-----\n")),
            (Lines{"heading1:Book", "heading2:Part", "heading3:One", "heading3:Two", "heading2:Other"}));
}

TEST(PlainText, FindsNumberedAndMarkedTitles) {
  EXPECT_EQ(
      outline(parse("Chapter 2. Setting up\n\n2.1. Before you start\n\nWords.\n\n== Options ==\n\nMore.\n")),
      (Lines{"heading1:Chapter 2. Setting up", "heading2:2.1. Before you start", "paragraph:Words.",
             "heading2:Options", "paragraph:More."}));
}

TEST(PlainText, FindsTitlesBehindNumberSigns) {
  EXPECT_EQ(outline(parse("# Server Options\n\n## 2. Limits\n\nWords.\n\n### \xc3\x89tapes\n\nMore.\n")),
            (Lines{"heading1:Server Options", "heading2:2. Limits", "paragraph:Words.",
                   "heading3:\xc3\x89tapes", "paragraph:More."}));
}

TEST(PlainText, TakesNoPromptAndNoResultForATitle) {
  for (const char* shown :
       {"# apt-get install foo\n\nNext.", "# Comment of a file\nkey = value\n", "#Pragma\n\nNext.",
        " max\n-----\n  46\n(1 row)\n", "     city\n---------------\n Hayward\n(1 row)\n"}) {
    for (const Block& block : find_plain_blocks(shown)) EXPECT_NE(block.kind, Block::Kind::heading) << shown;
  }
}

TEST(PlainText, FindsTermsWithTheirExplanationSetInBelow) {
  EXPECT_EQ(
      outline(parse("# Memory\n\nwork_mem (integer)\n\n        Sets the base amount of memory.\n\nsort_mem\n\n "
                    "       Was "
                    "its name in old days.\n")),
      (Lines{"heading1:Memory", "heading6:work_mem (integer)", "paragraph:Sets the base amount of memory.",
             "heading6:sort_mem", "paragraph:Was its name in old days."}));
  for (const char* prose :
       {"A sentence ends here.\n\n        And goes on set in deeper.\n", "Type this\n\n    ls -l\n",
        "$ ls\n\n        Shows what is in a folder.\n", "Not deeper\n\n  Only two blanks are too few.\n"}) {
    for (const Block& block : find_plain_blocks(prose)) EXPECT_NE(block.kind, Block::Kind::heading) << prose;
  }
  const Text after = parse("name\n\n        What it is called by.\n\nThis stands beside the terms.\n");
  EXPECT_EQ(outline(after), (Lines{"heading6:name", "paragraph:What it is called by.",
                                   "paragraph6:This stands beside the terms."}));
}

TEST(PlainText, TakesNoProseForATitle) {
  for (const char* prose : {"1.5 million people came.\n\nNext.", "Chapter one was short.\n\nNext.",
                            "A list:\n---\nNext.", "= 5 metres\n\nNext.", "v2.0 is here\n\nNext."}) {
    for (const Block& block : find_plain_blocks(prose)) EXPECT_NE(block.kind, Block::Kind::heading) << prose;
  }
}

TEST(PlainText, KeepsRowsOfATableApart) {
  EXPECT_EQ(outline(parse("| a | b |\n| 1 | 2 |\n| 3 | 4 |\n\nWords.\n")),
            (Lines{"header:| a | b |", "row:| 1 | 2 |", "row:| 3 | 4 |", "paragraph:Words."}));
}

TEST(PlainText, KnowsRowsWithoutOuterBars) {
  EXPECT_EQ(
      outline(parse(
          "Table 9.29. Patterns\nPattern | Description |\n9 | digit position |\n0 | with zeros |\n\nWords.\n")),
      (Lines{"paragraph:Table 9.29. Patterns", "header:Pattern | Description |", "row:9 | digit position |",
             "row:0 | with zeros |", "paragraph:Words."}));
  EXPECT_EQ(outline(parse(" name | size\n------+------\n a    | 1\n b    | 2\n(2 rows)\n")),
            (Lines{"header:name | size", "row:a    | 1", "row:b    | 2", "paragraph:(2 rows)"}));
}

TEST(PlainText, TakesAPipeOfAShellForProse) {
  EXPECT_EQ(outline(parse("Type\ncat a.txt | sort\nand wait.\n")),
            (Lines{"paragraph:Type\ncat a.txt | sort\nand wait."}));
}

TEST(PlainText, TakesLongLinesForParagraphs) {
  const std::string line(300, 'x');
  EXPECT_EQ(parse(line + "\n" + line + "\n").blocks.size(), 2u);
}

TEST(PlainText, TakesSourceFilesForCode) {
  const Text text = parse("def f():\n    return 1\n\n# ====\n\n    g()\n", "a.py");
  EXPECT_EQ(outline(text), (Lines{"code:def f():\n    return 1", "code:# ====", "code:    g()"}));
}

TEST(PlainText, LosesNoWord) {
  const std::string_view text =
      "a\n\n\n b\n\x0c"
      "c\n- d\n-- e\n|f|g|\nh\n\n1. i\n   j\nk";
  std::string inside;
  for (const Block& block : find_plain_blocks(text)) inside += slice(text, block.span);
  for (char c = 'a'; c <= 'k'; ++c) EXPECT_NE(inside.find(c), std::string::npos) << c;
}

}  // namespace
}  // namespace kindling
