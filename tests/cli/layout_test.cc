#include <gtest/gtest.h>

#include "base/utf8.h"
#include "cli/progress.h"
#include "cli/text_layout.h"

namespace kindling {
namespace {

TEST(Layout, NumbersReadAsPeopleWriteThem) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'000), "1,000");
  EXPECT_EQ(grouped(18'446'744'073'709'551'615u), "18,446,744,073,709,551,615");
  EXPECT_EQ(counted(1, "chunk"), "1 chunk");
  EXPECT_EQ(counted(0, "chunk"), "0 chunks");
  EXPECT_EQ(shown_bytes(999), "999 B");
  EXPECT_EQ(shown_bytes(1'000), "1.0 kB");
  EXPECT_EQ(shown_bytes(999'999), "1.0 MB");
  EXPECT_EQ(shown_bytes(83'500'000), "83.5 MB");
  EXPECT_EQ(shown_seconds(.084), "84 ms");
  EXPECT_EQ(shown_seconds(245), "4 min 05 s");
  EXPECT_EQ(shown_seconds(7'260), "2 h 01 min");
  EXPECT_EQ(shown_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(shown_time(1'714'564'800'000), "2024-05-01T12:00:00Z");
}

TEST(Layout, WrappedLinesFitAndLoseNothing) {
  const std::string texts[] = {"the quick brown fox jumps over the lazy dog",
                               std::string(500, 'x'),
                               "",
                               "   ",
                               "湖のほとりの灯台は一八六八年まで鯨油を燃やした",
                               "a\n\nb\tc",
                               "é è ê ë \xff broken \xe6\xb9"};
  for (const std::string& text : texts) {
    for (const std::size_t width : {1u, 2u, 3u, 7u, 20u, 80u}) {
      std::string joined;
      for (const std::string& line : wrapped(text, width)) {
        EXPECT_LE(columns(line), std::max<std::size_t>(width, 2)) << line;
        EXPECT_FALSE(line.empty());
        joined += line;
      }
      std::erase(joined, ' ');
      std::string expected = on_one_line(text);
      std::erase(expected, ' ');
      EXPECT_EQ(joined, expected);
    }
  }
}

TEST(Layout, ColumnsCountWideAndCombiningCharacters) {
  EXPECT_EQ(columns("abc"), 3u);
  EXPECT_EQ(columns("灯台"), 4u);
  EXPECT_EQ(columns("e\xcc\x81"), 1u);
  EXPECT_EQ(padded("灯", 4), "灯  ");
  EXPECT_EQ(padded_left("7", 3), "  7");
  EXPECT_EQ(shortened("a long line", 6), "a lon…");
  EXPECT_EQ(shortened("short", 6), "short");
}

TEST(Layout, HarmlessTextCannotCommandATerminal) {
  EXPECT_EQ(harmless("a\x1b[2Jb"), "a\xef\xbf\xbd[2Jb");
  EXPECT_EQ(harmless("tab\tand\nnewline"), "tab\tand\nnewline");
  for (int byte = 0; byte < 256; ++byte) {
    const std::string safe = harmless(std::string(1, static_cast<char>(byte)));
    EXPECT_TRUE(is_valid_utf8(safe));
    for (const char c : safe)
      EXPECT_TRUE(c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= 0x20) << byte;
  }
  EXPECT_EQ(harmless("\xc2\x9b"
                     "31m"),
            "\xef\xbf\xbd"
            "31m");  // the one-character CSI
}

TEST(Progress, SaysRateAndTimeLeftOnceTheyMeanSomething) {
  IngestProgress progress{IngestProgress::Stage::read, 0, 0, 0, 0};
  EXPECT_EQ(progress_text(progress), "reading    0 files");
  progress = {IngestProgress::Stage::read, 50, 200, 1'000, .2};
  EXPECT_EQ(progress_text(progress), "reading    50 of 200 files  25%");
  progress = {IngestProgress::Stage::read, 50, 200, 20'000'000, 10};
  EXPECT_EQ(progress_text(progress), "reading    50 of 200 files  25%  2.0 MB/s  30.0 s left");
  progress = {IngestProgress::Stage::embed, 1'000, 4'000, 80'000, 10};
  EXPECT_EQ(progress_text(progress), "embedding  1,000 of 4,000 chunks  25%  8,000 tokens/s  30.0 s left");
}

}  // namespace
}  // namespace kindling
