#include <gtest/gtest.h>

#include "base/env.h"
#include "formats/parse/front_matter.h"
#include "formats/parse/parsers.h"
#include "promises.h"

namespace kindling {
namespace {

DecodedDocument parse(std::string_view bytes) {
  Result<DecodedDocument> document = parse_markdown(bytes);
  EXPECT_TRUE(document.ok());
  expect_sound(document->text, bytes, false);
  EXPECT_EQ(document->text.utf8, bytes);
  return std::move(document).value();
}

TEST(Markdown, FindsEveryKindOfBlock) {
  EXPECT_EQ(outline(parse("# One\n\nWords *with* [links](x).\n\nTwo\n---\n\n- a\n  - b\n\n    more b\n- c\n\n> "
                          "said\n> so\n\n```c\nint x;\n```\n\n"
                          "    indented\n\n| h | i |\n|---|---|\n| 1 | 2 |\n\n### Three ###\n")
                        .text),
            (Lines{"heading1:One", "paragraph:Words *with* [links](x).", "heading2:Two", "item1:- a",
                   "item2:- b", "item2:more b", "item1:- c", "quote:said\n> so", "code:```c\nint x;\n```",
                   "code:indented", "header:| h | i |", "row:| 1 | 2 |", "heading3:Three"}));
}

TEST(Markdown, KeepsTheNumbersOfSteps) {
  EXPECT_EQ(outline(parse("1. first\n2. second\n").text), (Lines{"item1:1. first", "item1:2. second"}));
}

TEST(Markdown, TakesTheTitleFromTheFrontMatterOrTheFirstHeading) {
  EXPECT_EQ(parse("Intro.\n\n## Later\n").text.title, "Later");
  const DecodedDocument document = parse(
      "---\ntitle: \"In front\"\ndate: 2024-05-01\ntags: [a, 'b']\nweight: 3\ndraft: true\nauthors:\n- X\n- "
      "Y\n---\n# Other\n");
  EXPECT_EQ(document.text.title, "In front");
  EXPECT_EQ(document.metadata["date"].as_string(), "2024-05-01");
  EXPECT_EQ(document.metadata["tags"].as_string(), "a, b");
  EXPECT_EQ(document.metadata["weight"].as_integer(), 3);
  EXPECT_TRUE(document.metadata["draft"].as_bool());
  EXPECT_EQ(document.metadata["authors"].as_string(), "X, Y");
  EXPECT_EQ(outline(document.text), Lines{"heading1:Other"});
}

TEST(Markdown, ReadsTomlFrontMatter) {
  const FrontMatter front = read_front_matter("+++\ntitle = 'T'\nyear = 2020\n+++\nwords");
  EXPECT_EQ(front.title, "T");
  EXPECT_EQ(front.metadata["year"].as_integer(), 2020);
}

TEST(Markdown, TakesARuleForNoFrontMatter) {
  EXPECT_EQ(outline(parse("---\n\nWords: here.\n\n---\n").text), Lines{"paragraph:Words: here."});
  EXPECT_EQ(read_front_matter("---\nno end: of it\n").bytes, 0u);
}

TEST(Markdown, PositionsHoldWithWindowsLineEndsTabsAndWideLetters) {
  EXPECT_EQ(outline(parse("# Größe\r\n\r\nfür \xf0\x9f\x98\x80 alle\r\n\r\n-\tTab\r\n\r\nEnde").text),
            (Lines{"heading1:Größe", "paragraph:für \xf0\x9f\x98\x80 alle", "item1:-\tTab", "paragraph:Ende"}));
}

TEST(Markdown, KeepsWordsThatCmarkKeepsNowhere) {
  const Text text = parse(
                        "Text[^1] and [link][x].\n\n[^1]: Footnote\n\n[x]: http://example.org\n<div>\nraw "
                        "words\n</div>\n\n<!-- not this -->\n")
                        .text;
  std::string inside;
  for (const std::string& line : outline(text)) inside += line + "\n";
  EXPECT_NE(inside.find("Footnote"), std::string::npos);
  EXPECT_NE(inside.find("raw words"), std::string::npos);
  EXPECT_EQ(inside.find("example.org"), std::string::npos);
  EXPECT_EQ(inside.find("not this"), std::string::npos);
}

TEST(Markdown, ReadsDeepNestingInBoundedTime) {
  const Stopwatch watch;
  std::string lists;
  for (int i = 0; i < 300; ++i) lists += std::string(static_cast<std::size_t>(i) * 2, ' ') + "- x\n";
  for (const std::string& deep :
       {std::string(75'000, '['), std::string(50'000, '>') + " x", std::string(50'000, '*') + "a", lists,
        std::string(20'000, '`') + "x", std::string(50'000, '<')}) {
    const Result<DecodedDocument> document = parse_markdown(deep);
    ASSERT_TRUE(document.ok());
    expect_sound(document->text, deep, false);
  }
  EXPECT_LT(watch.seconds(), 8);
}

}  // namespace
}  // namespace kindling
