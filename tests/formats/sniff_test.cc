#include "formats/sniff.h"

#include <gtest/gtest.h>

#include "formats/decode.h"

namespace kindling {
namespace {

using namespace std::string_view_literals;

TEST(SniffFormat, BelievesTheContentBeforeTheName) {
  EXPECT_EQ(sniff_format("notes.txt", "%PDF-1.7\n"), "pdf");
  EXPECT_EQ(sniff_format("notes.txt", "junk before\n%PDF-1.4\n"), "pdf");
  EXPECT_EQ(sniff_format("table.xlsx", "  <!DOCTYPE HTML><p>x"), "html");
  EXPECT_EQ(sniff_format("data", "<html lang=en>"), "html");
  EXPECT_EQ(sniff_format("page", "<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC><html>"), "html");
  EXPECT_EQ(sniff_format("corpus", "{\"_id\": \"1\", \"text\": \"a\"}\n"), "jsonl");
}

TEST(SniffFormat, AsksTheNameOfPlainContent) {
  EXPECT_EQ(sniff_format("a/README.MD", "# Title"), "markdown");
  EXPECT_EQ(sniff_format("page.htm", "just words"), "html");
  EXPECT_EQ(sniff_format("records.ndjson", "not json"), "jsonl");
  EXPECT_EQ(sniff_format("main.cc", "int main() {}"), "text");
  EXPECT_EQ(sniff_format("LICENSE", "Apache"), "text");
  EXPECT_EQ(sniff_format("settings.json", "{\"a\": 1}"), "text");
}

TEST(SniffFormat, LooksThroughGzipByName) {
  EXPECT_EQ(sniff_format("corpus.jsonl.gz", "\x1f\x8b\x08"), "jsonl");
  EXPECT_EQ(sniff_format("policy.txt.gz", "\x1f\x8b\x08"), "text");
  EXPECT_EQ(sniff_format("policy.pdf.gz", "\x1f\x8b\x08"), "pdf");
  EXPECT_EQ(sniff_format("source.tar.gz", "\x1f\x8b\x08"), "");
  EXPECT_EQ(sniff_format("unnamed", "\x1f\x8b\x08"), "");
}

TEST(SniffFormat, KnowsWhatIsNotText) {
  EXPECT_EQ(sniff_format("a.txt", "PK\x03\x04 and so on"sv), "");
  EXPECT_EQ(sniff_format("a.txt", "\x89PNG\r\n\x1a\n"sv), "");
  EXPECT_EQ(sniff_format("a",
                         "\x7f"
                         "ELF\x02\x01"sv),
            "");
  std::string noise;
  for (int i = 0; i < 4000; ++i) noise.push_back(static_cast<char>((i * 7919) >> 3));
  EXPECT_EQ(sniff_format("a.txt", noise), "");
}

TEST(SniffFormat, TakesProseThatBeginsLikeAMagicNumberForProse) {
  EXPECT_EQ(sniff_format("a.txt", "ID3 tags are a way to describe songs."), "text");
  EXPECT_EQ(sniff_format("a.txt", "RIFF stands for Resource Interchange File Format."), "text");
}

TEST(SniffFormat, TakesUtf16ForText) {
  EXPECT_EQ(sniff_format("a.txt", "\xff\xfeh\0i\0"sv), "text");
  EXPECT_EQ(sniff_format("a.txt", "h\0e\0l\0l\0o\0 \0y\0o\0u\0"sv), "text");
}

TEST(UnsupportedContent, SaysWhatItSeemsToBeAndWhatToDo) {
  const Error error = unsupported_content("report.docx", "PK\x03\x04"sv);
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_NE(error.sentence().find("ZIP archive or an office document"), std::string::npos);
  EXPECT_NE(error.mend.find("*.docx"), std::string::npos);
}

}  // namespace
}  // namespace kindling
