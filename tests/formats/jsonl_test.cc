#include <gtest/gtest.h>
#include <zlib.h>

#include "formats/parse/gzip.h"
#include "formats/parse/parsers.h"
#include "promises.h"

namespace kindling {
namespace {

struct Read {
  std::vector<DecodedDocument> documents;
  std::vector<Error> bad;
  Status status;
};

Read read(std::string_view bytes, std::uint64_t line_bytes_max = 1 << 20) {
  Read read;
  read.status = parse_jsonl(
      bytes, line_bytes_max,
      [&](DecodedDocument document) {
        expect_sound(document.text, bytes, false);
        read.documents.push_back(std::move(document));
        return Status();
      },
      [&](Error error) { return read.bad.push_back(std::move(error)), Status(); });
  return read;
}

std::string packed(std::string_view bytes) {
  std::string out(compressBound(bytes.size()) + 64, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(Jsonl, ReadsADocumentALine) {
  const Read got = read(
      "\xef\xbb\xbf{\"_id\":\"a\",\"title\":\"T\",\"text\":\"one\\n\\ntwo\"}\r\n\n{\"id\":7,\"text\":"
      "\"x\\u0000y\"}\n{\"text\":\"last\"}");
  ASSERT_TRUE(got.status.ok());
  ASSERT_EQ(got.documents.size(), 3u);
  EXPECT_EQ(got.documents[0].id, "a");
  EXPECT_EQ(got.documents[0].text.title, "T");
  EXPECT_EQ(got.documents[0].text.format, "jsonl");
  EXPECT_EQ(outline(got.documents[0].text), (Lines{"paragraph:one", "paragraph:two"}));
  EXPECT_TRUE(got.documents[0].text.sources.empty());
  EXPECT_EQ(got.documents[1].id, "7");
  EXPECT_EQ(got.documents[1].text.utf8, "x y");
  EXPECT_EQ(got.documents[2].id, "line-4");
}

TEST(Jsonl, KeepsFlatMetadata) {
  const Read got = read(
      R"({"_id":"a","text":"t","year":2020,"tags":["x","y"],"deep":{"a":1},"none":null,"metadata":{"lang":"en","n":true}})");
  ASSERT_EQ(got.documents.size(), 1u);
  EXPECT_EQ(to_string(got.documents[0].metadata), R"({"lang":"en","n":true,"year":2020,"tags":["x","y"]})");
}

TEST(Jsonl, TakesATitleAloneForTheText) {
  const Read got = read(R"({"_id":"a","title":"Only a title","text":""})");
  ASSERT_EQ(got.documents.size(), 1u);
  EXPECT_EQ(got.documents[0].text.utf8, "Only a title");
}

TEST(Jsonl, ABadLineCostsThatLineAlone) {
  const Read got = read(
      "{\"text\":\"a\"}\nnot json\n[1]\n{\"text\":5}\n{\"text\":\"\"}\n{\"text\":\"b\"}\n{\"text\": \"cut");
  ASSERT_TRUE(got.status.ok());
  EXPECT_EQ(got.documents.size(), 2u);
  ASSERT_EQ(got.bad.size(), 5u);
  EXPECT_TRUE(got.bad[0].where.starts_with("line 2"));
  EXPECT_EQ(got.bad[0].code, ErrorCode::malformed);
  EXPECT_EQ(got.bad[2].where, "line 4");
  EXPECT_EQ(got.bad[3].code, ErrorCode::no_text);
  EXPECT_TRUE(got.bad[4].where.starts_with("line 7"));
}

TEST(Jsonl, AnOverlongLineCostsThatLineAlone) {
  const std::string file =
      "{\"text\":\"a\"}\n{\"text\":\"" + std::string(5000, 'x') + "\"}\n{\"text\":\"b\"}\n";
  for (const std::string& bytes : {file, packed(file)}) {
    const Read got = read(bytes, 1000);
    ASSERT_TRUE(got.status.ok());
    EXPECT_EQ(got.documents.size(), 2u);
    ASSERT_EQ(got.bad.size(), 1u);
    EXPECT_EQ(got.bad[0].code, ErrorCode::too_large);
    EXPECT_EQ(got.bad[0].where, "line 2");
  }
}

TEST(Jsonl, ReplacesInvalidUtf8) {
  const Read got = read("{\"text\":\"caf\xe9\"}\n");
  ASSERT_EQ(got.documents.size(), 1u);
  EXPECT_EQ(got.documents[0].text.utf8, "caf\xef\xbf\xbd");
  EXPECT_FALSE(got.documents[0].text.warnings.empty());
}

TEST(Jsonl, ReadsGzipOfSeveralParts) {
  std::string many;
  for (int i = 0; i < 20'000; ++i)
    many += "{\"_id\":" + std::to_string(i) + ",\"text\":\"record " + std::to_string(i * 7919) + "\"}\n";
  const Read got = read(packed(many) + packed("{\"text\":\"end\"}\n") + std::string(512, '\0'));
  ASSERT_TRUE(got.status.ok());
  ASSERT_EQ(got.documents.size(), 20'001u);
  EXPECT_EQ(got.documents[19'999].id, "19999");
  EXPECT_EQ(got.documents.back().text.utf8, "end");
}

TEST(Jsonl, SaysWhereAGzipArchiveEndsTooSoonOrIsDamaged) {
  std::string whole = packed("{\"text\":\"" + std::string(100, 'q') + "abcdefghijklmnopqrstuvwxyz\"}\n");
  const Read cut = read(std::string_view(whole).substr(0, whole.size() / 2));
  ASSERT_FALSE(cut.status.ok());
  EXPECT_EQ(cut.status.error().code, ErrorCode::malformed);
  whole[whole.size() / 2] ^= 0x55;
  EXPECT_FALSE(read(whole).status.ok() && read(whole).bad.empty());
}

TEST(Jsonl, StopsABomb) {
  const std::string bomb = packed(std::string(100u << 20, 'a'));
  const Read got = read(bomb, 1 << 20);
  ASSERT_FALSE(got.status.ok());
  EXPECT_EQ(got.status.error().code, ErrorCode::too_large);
}

TEST(Jsonl, StopsWhenTheReaderDoes) {
  int seen = 0;
  const Status status = parse_jsonl(
      "{\"text\":\"a\"}\n{\"text\":\"b\"}\n", 1000,
      [&](const DecodedDocument&) -> Status {
        return ++seen, Error{ErrorCode::cancelled, "", "enough", ""};
      },
      [](const Error&) { return Status(); });
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(status.error().code, ErrorCode::cancelled);
}

TEST(Jsonl, WithoutRecordsHasNoText) { EXPECT_EQ(read("\n \n").status.error().code, ErrorCode::no_text); }

TEST(Gzip, UnpacksNoMoreThanAllowed) {
  EXPECT_EQ(unpack_gzip(packed("hello"), 5).value(), "hello");
  EXPECT_EQ(unpack_gzip(packed("hello!"), 5).error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace kindling
