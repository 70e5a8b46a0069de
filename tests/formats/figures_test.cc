// Where documents show pictures, and how they call them.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/bytes.h"
#include "formats/parse/parsers.h"
#include "formats/wire.h"
#include "promises.h"

namespace kindling {
namespace {

Lines figures(const Text& text) {
  Lines lines;
  for (const Figure& figure : text.figures) lines.push_back(figure.source + "|" + figure.words);
  return lines;
}

// What the text says right before and behind a figure.
std::string around(const Text& text, std::size_t figure) {
  const std::size_t at = text.figures[figure].at;
  const std::size_t begin = at > 8 ? at - 8 : 0;
  return text.utf8.substr(begin, at - begin) + "^" + text.utf8.substr(at, 8);
}

TEST(Figures, OfMarkdownAreImagesAndImageTags) {
  const auto document = parse_markdown(
      "---\ntitle: T\n---\n# Lock ![](head.png)\n\nBefore ![A *lock* `here`](img/lock%201.png \"title\") and "
      "after.\n\n"
      "> - quoted ![q](q.gif)\n\n| a |\n|---|\n| ![cell](cell.webp) |\n\n<p align=center>\n<img "
      "src=\"a&amp;b.png\" "
      "alt=\"html\n block\">\n</p>\n\ninline <IMG SRC='c.jpg'> "
      "tag\n\n```\n![code](no.png)\n```\n\n![titled](t.png)"
      "![](u.png \"only a title\")\n");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(figures(document->text),
            (Lines{"head.png|", "img/lock%201.png|A lock here", "q.gif|q", "cell.webp|cell",
                   "a&b.png|html block", "c.jpg|", "t.png|titled", "u.png|only a title"}));
  EXPECT_EQ(around(document->text, 1), "\nBefore ^![A *loc");
  EXPECT_EQ(around(document->text, 5), "\ninline ^<IMG SRC");
}

TEST(Figures, OfHtmlHaveTheirCaptions) {
  const auto document = parse_html(
      "<h1>Canal</h1><p>Before <img src='a.png' alt='A'> after.</p><figure><img src='b.png' alt='Short'>"
      "<figcaption>The <b>lock</b>\nfrom above</figcaption></figure><table><tr><td>x<td>y<img "
      "src='c.png'></table>"
      "<div hidden><img src='hidden.png'></div><img src='data:image/png;base64,AAAA'><img alt='no source'>"
      "<template><img src='never.png'></template><nav><img src='logo.png'></nav>");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(figures(document->text), (Lines{"a.png|A", "b.png|Short. The lock from above", "c.png|"}));
  EXPECT_EQ(around(document->text, 0).substr(0, 8), "\n\nBefore");
}

TEST(Figures, AreBoundedInNumberAndLength) {
  std::string many;
  for (int i = 0; i < 3'000; ++i) many += "![x](i.png)\n\n";
  EXPECT_EQ(parse_markdown(many)->text.figures.size(), figures_max);
  EXPECT_EQ(parse_markdown("![x](" + std::string(5'000, 'a') + ".png)")->text.figures.size(), 0u);
  const auto wordy = parse_markdown("![" + std::string(5'000, 'w') + "](a.png)");
  ASSERT_EQ(wordy->text.figures.size(), 1u);
  EXPECT_EQ(wordy->text.figures[0].words.size(), figure_words_bytes_max);
  std::string nested = "x ";
  for (int i = 0; i < 20'000; ++i) nested += "<figure><figcaption><img src=a.png>";
  EXPECT_LE(parse_html(nested)->text.figures.size(), figures_max);
}

TEST(Figures, TravelWithTheirDocument) {
  constexpr wire::Limits limits{
      .text_bytes_max = 1 << 20, .line_bytes_max = 1 << 20, .unpacked_bytes_max = 1 << 20};
  const std::string source = "Words ![a](a.png) and ![b](b.png).\n";
  DecodedDocument sent = parse_markdown(source).value();
  sent.text.figures.push_back({30, 7, "", "page 7"});
  const auto answer = wire::parse_answer(wire::document_payload(sent), source, limits);
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  EXPECT_EQ(figures(answer->document.text), figures(sent.text));
  EXPECT_EQ(answer->document.text.figures[2].page, 7u);
  EXPECT_EQ(answer->document.text.figures[1].at, sent.text.figures[1].at);

  DecodedDocument lie = sent;
  lie.text.figures = {{5'000, 0, "a.png", ""}};
  EXPECT_FALSE(wire::parse_answer(wire::document_payload(lie), source, limits).ok());
  lie.text.figures = {{5, 3, "a.png", ""}};  // both a page and a picture
  EXPECT_FALSE(wire::parse_answer(wire::document_payload(lie), source, limits).ok());
  lie.text.figures = {{5, 0, "\xff.png", ""}};
  EXPECT_FALSE(wire::parse_answer(wire::document_payload(lie), source, limits).ok());
}

TEST(Figures, PicturesOnTheWireAreCheckedToo) {
  constexpr wire::Limits limits{.text_bytes_max = 100, .line_bytes_max = 0, .unpacked_bytes_max = 0};
  const auto taken = [&](const Picture& picture) {
    return wire::parse_answer(wire::picture_payload(picture), "", limits).ok();
  };
  EXPECT_TRUE(taken({"png", 5, 4, false, "bytes"}));
  EXPECT_TRUE(taken({"gif", 5, 4, true, ""}));
  EXPECT_FALSE(taken({"png", 5, 4, false, ""}));
  EXPECT_FALSE(taken({"png", 5, 4, true, "bytes"}));
  EXPECT_FALSE(taken({"tiff", 5, 4, false, "bytes"}));
  EXPECT_FALSE(taken({"png", 0, 4, false, "bytes"}));
  EXPECT_FALSE(taken({"png", 5, 4'000'000'000, false, "bytes"}));
  EXPECT_FALSE(taken({"png", 5, 4, false, std::string(101, 'x')}));
}

}  // namespace
}  // namespace kindling
