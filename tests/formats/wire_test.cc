#include "formats/wire.h"

#include <gtest/gtest.h>

#include <random>

#include "base/bytes.h"
#include "formats/parse/parsers.h"
#include "promises.h"

namespace kindling {
namespace {

constexpr wire::Limits limits{
    .text_bytes_max = 1 << 20, .line_bytes_max = 1 << 20, .unpacked_bytes_max = 1 << 20};
constexpr std::string_view source =
    "<title>T</title><h1>Ein Wort</h1><p>Fish &amp; chips</p><table><tr><td>1<td>2</table>";

DecodedDocument sample() {
  DecodedDocument document = parse_html(source).value();
  document.id = "record 5";
  document.text.pages = {{1, {0, 4}}, {7, {4, 9}}};
  document.text.warnings = {"one", "two"};
  document.metadata.set("year", 2020);
  document.metadata.set("tags", Json::Array{"x", 2, true});
  return document;
}

TEST(Wire, CarriesADocumentWhole) {
  const DecodedDocument sent = sample();
  const auto answer = wire::parse_answer(wire::document_payload(sent), source, limits);
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  const DecodedDocument& got = answer->document;
  EXPECT_EQ(got.id, sent.id);
  EXPECT_EQ(got.metadata, sent.metadata);
  EXPECT_EQ(got.text.utf8, sent.text.utf8);
  EXPECT_EQ(got.text.title, "T");
  EXPECT_EQ(got.text.format, "html");
  EXPECT_EQ(outline(got.text), outline(sent.text));
  EXPECT_EQ(got.text.warnings, sent.text.warnings);
  ASSERT_EQ(got.text.sources.size(), sent.text.sources.size());
  for (std::size_t i = 0; i < got.text.sources.size(); ++i) {
    EXPECT_EQ(got.text.sources[i].text, sent.text.sources[i].text);
    EXPECT_EQ(got.text.sources[i].source, sent.text.sources[i].source);
    EXPECT_EQ(got.text.sources[i].verbatim, sent.text.sources[i].verbatim);
  }
  ASSERT_EQ(got.text.pages.size(), 2u);
  EXPECT_EQ(got.text.pages[1].number, 7u);
  EXPECT_EQ(got.text.pages[1].span, (ByteSpan{4, 9}));
}

TEST(Wire, CarriesRequestsAndErrors) {
  const wire::Request request{"html", "a.html", limits, "bytes"};
  const std::string head = wire::request_frame_without_bytes(request);
  const auto header = wire::parse_frame_header(std::string_view(head).substr(0, wire::header_bytes));
  const std::string payload = head.substr(wire::header_bytes) + "bytes";
  EXPECT_EQ(header.payload_bytes, payload.size());
  EXPECT_EQ(header.checksum, crc32c(payload));
  const auto parsed = wire::parse_request(payload);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->name, "a.html");
  EXPECT_EQ(parsed->bytes, "bytes");
  EXPECT_EQ(parsed->limits.line_bytes_max, limits.line_bytes_max);

  const auto answer = wire::parse_answer(
      wire::error_payload(wire::AnswerKind::failed, {ErrorCode::encrypted, "page 3", "why", "mend"}), "",
      limits);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->error.sentence(), "page 3: why; mend");
  EXPECT_EQ(answer->error.code, ErrorCode::encrypted);
}

std::string refusal(const DecodedDocument& document) {
  const auto answer = wire::parse_answer(wire::document_payload(document), source, limits);
  if (answer.ok()) return "";
  EXPECT_EQ(answer.error().code, ErrorCode::decoder_crashed);
  return answer.error().why;
}

TEST(Wire, BelievesNothingThatDoesNotHold) {
  const auto lie = [](auto change) {
    DecodedDocument document = sample();
    change(document);
    return refusal(document);
  };
  EXPECT_EQ(lie([](auto&) {}), "");
  EXPECT_NE(lie([](auto& d) {
              d.text.utf8 = "\xff";
              d.text.blocks.clear();
              d.text.sources.clear();
              d.text.pages.clear();
            }),
            "");
  EXPECT_NE(lie([](auto& d) { d.text.utf8[0] = '\0'; }), "");
  EXPECT_NE(lie([](auto& d) { d.text.utf8[0] = 'X'; }), "");  // a verbatim range differs from the source
  EXPECT_NE(lie([](auto& d) { d.text.blocks.back().span.end = 5000; }), "");
  EXPECT_NE(lie([](auto& d) { d.text.blocks[1].span.begin = 0; }), "");  // overlaps the first
  EXPECT_NE(lie([](auto& d) { d.text.blocks[0].level = 9; }), "");
  EXPECT_NE(lie([](auto& d) { d.text.blocks[0].kind = static_cast<Block::Kind>(40); }), "");
  EXPECT_NE(lie([](auto& d) { d.text.sources.back().source = {200, 300}; }), "");
  EXPECT_NE(lie([](auto& d) { d.text.pages[1].number = 1; }), "");
  EXPECT_NE(lie([](auto& d) { d.text.pages[1].span.end = 5000; }), "");
  EXPECT_NE(lie([](auto& d) { d.metadata.set("deep", Json::object({{"a", 1}})); }), "");
  EXPECT_NE(lie([](auto& d) { d.metadata.set("deep", Json::Array{Json::Array{1}}); }), "");
}

TEST(Wire, KeepsToTheLimits) {
  DecodedDocument document = sample();
  EXPECT_FALSE(
      wire::parse_answer(wire::document_payload(document), source, {.text_bytes_max = 5, .line_bytes_max = 5})
          .ok());
}

TEST(Wire, SurvivesEveryChangedByteAndEveryCut) {
  const std::string payload = wire::document_payload(sample());
  std::mt19937 random(7);
  const auto sound_or_refused = [](std::string_view bytes) {
    const auto answer = wire::parse_answer(bytes, source, limits);
    if (answer.ok() && answer->kind == wire::AnswerKind::document)
      expect_sound(answer->document.text, source, false);
  };
  for (std::size_t i = 0; i < payload.size(); ++i) {
    sound_or_refused(std::string_view(payload).substr(0, i));
    for (int k = 0; k < 4; ++k) {
      std::string changed = payload;
      changed[i] = static_cast<char>(random());
      sound_or_refused(changed);
    }
  }
}

}  // namespace
}  // namespace kindling
