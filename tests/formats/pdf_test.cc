#include <gtest/gtest.h>

#include "formats/parse/parsers.h"
#include "formats/parse/pdf_layout.h"
#include "promises.h"
#include "small_pdf.h"

// fontconfig, which poppler asks for fonts that a PDF does not bring along, keeps some memory to the end.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig"; }

namespace kindling {
namespace {

Text parse(const std::string& pdf) {
  Result<DecodedDocument> document = parse_pdf(pdf, 1 << 20);
  EXPECT_TRUE(document.ok()) << document.error().sentence();
  expect_sound(document->text, pdf, true);
  EXPECT_TRUE(document->text.sources.empty());
  return std::move(document)->text;
}

TEST(Pdf, ReadsWordsPagesAndTitle) {
  const Text text =
      parse(small_pdf({{{72, 700, 12, "First page."}}, {{72, 700, 12, "Second page."}}}, "The Title"));
  EXPECT_EQ(outline(text), (Lines{"paragraph:First page.", "paragraph:Second page."}));
  EXPECT_EQ(text.title, "The Title");
  ASSERT_EQ(text.pages.size(), 2u);
  EXPECT_EQ(page_of(text, text.blocks[0].span), 1u);
  EXPECT_EQ(page_of(text, text.blocks[1].span), 2u);
}

TEST(Pdf, TellsParagraphsByDistanceAndJoinsDividedWords) {
  const Text text = parse(small_pdf({{{72, 700, 12, "The informa-"},
                                      {72, 686, 12, "tion is here and"},
                                      {72, 672, 12, "goes on for Anglo-"},
                                      {72, 658, 12, "Saxon readers."},
                                      {72, 620, 12, "Next one."}}}));
  EXPECT_EQ(outline(text), (Lines{"paragraph:The information is here and\ngoes on for Anglo-\nSaxon readers.",
                                  "paragraph:Next one."}));
}

TEST(Pdf, TakesHeadingsFromLargeLetters) {
  const Text text = parse(small_pdf({{{72, 740, 24, "Big"},
                                      {72, 700, 16, "Smaller"},
                                      {72, 670, 12, "Words of the body that"},
                                      {72, 656, 12, "are many more than the rest."}}}));
  EXPECT_EQ(outline(text), (Lines{"heading1:Big", "heading2:Smaller",
                                  "paragraph:Words of the body that\nare many more than the rest."}));
  EXPECT_EQ(text.title, "Big");
}

TEST(Pdf, TakesHeadingsFromTheOutlineWhereTheyAreLargest) {
  const Text text = parse(
      small_pdf({{{72, 740, 12, "1 Limits"}, {72, 500, 12, "A page of contents, of a sort."}},
                 {{72, 740, 14, "1 Limits"}, {72, 700, 12, "Body text stands here."}, {72, 60, 12, "Limits"}}},
                "", {{"Limits", 1}}));
  EXPECT_EQ(outline(text),
            (Lines{"paragraph:1 Limits", "paragraph:A page of contents, of a sort.", "heading1:1 Limits",
                   "paragraph:Body text stands here.", "paragraph:Limits"}));
}

TEST(Pdf, WarnsOfPagesWithoutText) {
  const Text text = parse(small_pdf({{{72, 700, 12, "Words."}}, {}}));
  EXPECT_EQ(text.warnings, Lines{"page 2: no text layer"});
  const auto none = parse_pdf(small_pdf({{}, {}}), 1 << 20);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, ErrorCode::no_text);
  EXPECT_NE(none.error().sentence().find("none of its 2 pages"), std::string::npos);
}

TEST(Pdf, SaysWhatIsWrong) {
  EXPECT_EQ(parse_pdf("not a pdf", 1 << 20).error().code, ErrorCode::malformed);
  EXPECT_EQ(parse_pdf("%PDF-1.7\nnothing of the kind", 1 << 20).error().code, ErrorCode::malformed);
  EXPECT_EQ(parse_pdf(small_pdf({{{72, 700, 12, "A long page of words."}}}), 10).error().code,
            ErrorCode::too_large);
}

PdfLine line(double left, double top, double right, std::string words) {
  return {std::move(words), left, top, right, top + 10, 10, false, false};
}

Lines words_of(const std::vector<PdfLine>& lines) {
  Lines words;
  for (const PdfLine& each : lines) words.push_back((each.row ? "row " : "") + each.utf8);
  return words;
}

TEST(PdfTables, BecomeRowsThoughReadByColumns) {
  EXPECT_EQ(
      words_of(join_table_rows({line(10, 0, 300, "A line of prose above the table."), line(10, 40, 60, "key"),
                                line(10, 54, 60, "F1"), line(10, 68, 60, "F3"), line(100, 40, 160, "meaning"),
                                line(100, 54, 150, "help"), line(100, 68, 180, "view a file")})),
      (Lines{"A line of prose above the table.", "row key | meaning", "row F1 | help",
             "row F3 | view a file"}));
}

TEST(PdfTables, LeaveColumnsOfProseAlone) {
  std::vector<PdfLine> page;
  for (int column = 0; column < 2; ++column) {
    for (int i = 0; i < 6; ++i)
      page.push_back(line(50 + 250 * column, 100 + 12 * i, 280 + 250 * column,
                          "words of a column, justified " + std::to_string(i)));
  }
  EXPECT_EQ(words_of(join_table_rows(page)), words_of(page));
}

TEST(PdfTables, PutPageNumbersBehindTheirTitles) {
  EXPECT_EQ(words_of(join_table_rows({line(10, 0, 200, "1.1 Scope ..."), line(10, 14, 200, "1.2 Terms ..."),
                                      line(210, 0, 220, "3"), line(210, 14, 220, "4")})),
            (Lines{"1.1 Scope ... 3", "1.2 Terms ... 4"}));
}

TEST(PdfLines, ShortenTheDotsOfATableOfContents) {
  const auto lines = lines_of({{"Scope", 10, 0, 40, 10, 10, true, true, false},
                               {". . . . . . . .", 45, 0, 100, 10, 10, true, true, false},
                               {"12", 105, 0, 115, 10, 10, false, true, false}});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].utf8, "Scope ... 12");
}

}  // namespace
}  // namespace kindling
