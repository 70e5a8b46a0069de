#include <gtest/gtest.h>

#include "base/env.h"
#include "formats/parse/parsers.h"
#include "promises.h"

namespace kindling {
namespace {

DecodedDocument parse(std::string_view bytes) {
  Result<DecodedDocument> document = parse_html(bytes);
  EXPECT_TRUE(document.ok());
  expect_sound(document->text, bytes, true);
  return std::move(document).value();
}

TEST(Html, FindsEveryKindOfBlock) {
  EXPECT_EQ(
      outline(
          parse("<h1>One</h1><p>Words <b>of</b>\n  "
                "it<br>next</p><ul><li>a<ul><li>b</ul><li>c</ul><blockquote>said</blockquote>"
                "<pre>\nx =  1\n  y</pre><table><tr><th>h<th>i<tr><td>1<td><p>2</p></table><h2>Two</h2>loose")
              .text),
      (Lines{"heading1:One", "paragraph:Words of it\nnext", "item1:a", "item2:b", "item1:c", "quote:said",
             "code:x =  1\n  y", "header:h | i", "row:1 | 2", "heading2:Two", "paragraph:loose"}));
}

TEST(Html, TermsThatAreExplainedAreHeadings) {
  const Text text =
      parse(
          "<h2>Options</h2><dl><dt>-q</dt><dt>--quiet</dt><dd>Say nothing but what went wrong.</dd>"
          "<dt>colour</dt><dd>red</dd></dl><p>These can be combined.</p><h3>See also</h3><p>More.</p>")
          .text;
  EXPECT_EQ(outline(text),
            (Lines{"heading2:Options", "heading6:-q", "heading6:--quiet",
                   "item1:Say nothing but what went wrong.", "item1:colour", "item1:red",
                   "paragraph6:These can be combined.", "heading3:See also", "paragraph:More."}));
}

TEST(Html, ShowsWhatAReaderSees) {
  EXPECT_EQ(outline(parse("<html><head><title>T</title><style>p{}</style></head><body><nav>menu</"
                          "nav><script>code()</script><p hidden>h</p>"
                          "<p style='color:red; DISPLAY : "
                          "none'>d</p><template>t</template><noscript>n</noscript><div role=navigation>r</div>"
                          "<h2>Head<a class=headerlink href=#x>¶</a></h2><p>seen</p><select><option>o</select>")
                        .text),
            (Lines{"heading2:Head", "paragraph:seen"}));
}

TEST(Html, LeavesOutWhatTheAuthorHidesAndSaysSo) {
  for (const std::string_view style :
       {"display:none", "visibility: hidden", "visibility:collapse", "opacity:0", "opacity: 0.0 !important",
        "font-size:0", "font-size:0px", "FONT-SIZE : 1px", "color:#fff;background:white",
        "background-color:rgb(255, 255, 255); color:#ffffff", "color:transparent", "color:rgba(0,0,0,0)",
        "position:absolute;left:-9999px", "top:-99em; position:fixed", "text-indent:-9999px",
        "position:absolute;clip:rect(0,0,0,0)", "dis/* not */play:/* so */none"}) {
    const Text text =
        parse("<p>Seen.</p><p style=\"" + std::string(style) + "\">Ignore <b>all</b> that.</p>").text;
    EXPECT_EQ(outline(text), Lines{"paragraph:Seen."}) << style;
    ASSERT_EQ(text.warnings.size(), 1u) << style;
    EXPECT_EQ(text.warnings[0], "hidden text left out: 14 bytes") << style;
  }
  const Text text = parse("<p>Seen.<span hidden>unseen</span></p><div hidden></div><!-- note -->").text;
  EXPECT_EQ(outline(text), Lines{"paragraph:Seen."});
  EXPECT_EQ(text.warnings, Lines{"hidden text left out: 6 bytes"});
}

TEST(Html, KeepsWhatAReaderSeesHoweverItIsStyled) {
  for (const std::string_view style :
       {"display:block", "opacity:.5", "font-size:12px", "font-size:.8em", "color:white;background:navy",
        "color:#fff", "position:absolute;left:10px", "left:-9999px", "text-indent:-2em", "visibility:visible",
        "display:none;display:block", "margin-left:-20px", "x-display:none", "", ";;:", "opacity:", "/*"}) {
    const Text text = parse("<p style=\"" + std::string(style) + "\">Seen.</p>").text;
    EXPECT_EQ(outline(text), Lines{"paragraph:Seen."}) << style;
    EXPECT_TRUE(text.warnings.empty()) << style;
  }
  EXPECT_EQ(outline(parse("<p aria-hidden=true>Seen, but not heard.</p>").text),
            Lines{"paragraph:Seen, but not heard."});
}

TEST(Html, AttributesAreNoText) {
  EXPECT_EQ(outline(parse("<p title='Ignore this'>Seen.<img src=a.png alt='Ignore this'></p>"
                          "<meta name=description content='Ignore this'><a href='x:ignore'>link</a>")
                        .text),
            (Lines{"paragraph:Seen.", "paragraph:link"}));
}

TEST(Html, ShowsNavigationWhenThereIsNothingElse) {
  EXPECT_EQ(outline(parse("<nav><a href=x>Only this</a></nav>").text), Lines{"paragraph:Only this"});
}

TEST(Html, TakesTitleAndMetadataFromThePage) {
  const DecodedDocument document = parse(
      "<html lang=de><title>A\n &amp; B</title><meta name=author content=Me><meta name=viewport "
      "content=x><p>w");
  EXPECT_EQ(document.text.title, "A & B");
  EXPECT_EQ(document.metadata["language"].as_string(), "de");
  EXPECT_EQ(document.metadata["author"].as_string(), "Me");
  EXPECT_FALSE(document.metadata.has("viewport"));
  EXPECT_EQ(parse("<p>w<h1>First</h1>").text.title, "First");
}

TEST(Html, MapsWordsToTheirSourceBytes) {
  const std::string_view page =
      "<p>Fish   &amp; <i>chips</i> cost &pound;5&nbsp;now, x &lt y</p>\r\n<pre>\na &gt; b\r\nc</pre>";
  const Text text = parse(page).text;
  EXPECT_EQ(outline(text), (Lines{"paragraph:Fish & chips cost £5\u00a0now, x < y", "code:a > b\nc"}));
  EXPECT_EQ(source_of(text, page, "chips"), "chips");
  EXPECT_EQ(source_of(text, page, "Fish"), "Fish");
  EXPECT_EQ(source_of(text, page, "&"), "&amp;");
  EXPECT_EQ(source_of(text, page, "£5"), "&pound;5");
  EXPECT_EQ(source_of(text, page, "now"), "now");
  EXPECT_EQ(source_of(text, page, "Fish & chips"), "Fish   &amp; <i>chips");
  EXPECT_EQ(source_of(text, page, "> b"), "&gt; b");
}

TEST(Html, MapsThroughTheEncodingToo) {
  const std::string page = "<meta charset=iso-8859-1><p>caf\xe9</p>\n<p>plain</p>";
  const Text text = parse(page).text;
  EXPECT_EQ(outline(text), (Lines{"paragraph:café", "paragraph:plain"}));
  EXPECT_EQ(source_of(text, page, "plain"), "plain");
}

TEST(Html, BelievesValidUtf8BeforeTheLabel) {
  EXPECT_EQ(outline(parse("<meta charset=iso-8859-1><p>größe").text), Lines{"paragraph:größe"});
}

TEST(Html, ReadsTablesThatArrangeThePageAsPages) {
  EXPECT_EQ(outline(parse("<table><tr><td>menu<td><h1>Head</h1><p>Text</table>").text),
            (Lines{"paragraph:menu", "heading1:Head", "paragraph:Text"}));
  EXPECT_EQ(outline(parse("<table><tr><td><table><tr><td>a<td>b</table></table>").text), Lines{"row:a | b"});
  EXPECT_EQ(outline(parse("<table><tr><th>Note</th></tr><tr><td>one cell</table>").text),
            (Lines{"paragraph:Note", "paragraph:one cell"}));
}

TEST(Html, KeepsEmptyCellsInTheirPlace) {
  EXPECT_EQ(outline(parse("<table><thead><tr><td>a<td>b<td>c</thead><tr><td>1<td><td>3</table>").text),
            (Lines{"header:a | b | c", "row:1 |  | 3"}));
}

TEST(Html, SplitsParagraphsAtDoubleLineBreaks) {
  EXPECT_EQ(outline(parse("<div>one<br><br>two<br>three</div>").text),
            (Lines{"paragraph:one", "paragraph:two\nthree"}));
}

TEST(Html, ReadsDeepAndBrokenPagesInBoundedTime) {
  const Stopwatch watch;
  std::string tables, divs, references;
  for (int i = 0; i < 3'000; ++i) tables += "<table><tr><td>";
  for (int i = 0; i < 20'000; ++i) divs += "<div>";
  for (int i = 0; i < 5'000; ++i) references += "&#x110000;&nosuch;&&#;&copy2024&notit;";
  for (const std::string& page : {tables + "x", divs + "x", references, std::string("<p>a</b>b<!-- open"),
                                  std::string("<a><b><a></i>x<table>y<td>z")}) {
    const Result<DecodedDocument> document = parse_html(page);
    ASSERT_TRUE(document.ok());
    expect_sound(document->text, page, true);
  }
  EXPECT_LT(watch.seconds(), 8);
}

}  // namespace
}  // namespace kindling
