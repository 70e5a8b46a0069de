// What documents are called by, from their addresses.
#include "index/terms/document_names.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "base/cancellation.h"
#include "index/store/index_files.h"
#include "index/store/segment.h"
#include "index/writer.h"
#include "tests/index/collection.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

TEST(DocumentNames, AStemIsTheLastNameWithoutItsEnding) {
  EXPECT_EQ(stem_of("/notes/deploy_notes.txt.gz"), "deploy_notes");
  EXPECT_EQ(stem_of("deploy"), "deploy");
  EXPECT_EQ(stem_of("/notes/.profile"), ".profile");
  EXPECT_EQ(stem_of("/notes/v1.2 of everything"), "v1.2 of everything");
  EXPECT_EQ(stem_of("https://a.org/guide/"), "guide");
  EXPECT_EQ(stem_of("https://a.org/guide.html?x=/y.z#top"), "guide");
  EXPECT_EQ(stem_of("https://a.org"), "");
  EXPECT_EQ(stem_of("/"), "");
  EXPECT_EQ(stem_of(""), "");
}

TEST(DocumentNames, ASiteIsItsHostWithoutWhatAllHostsHave) {
  EXPECT_EQ(site_of("https://www.bbc.co.uk:80/x"), "bbc");
  EXPECT_EQ(site_of("https://docs.python.org"), "docs.python");
  EXPECT_EQ(site_of("http://someone@a-b.de/?q=1"), "a-b");
  EXPECT_EQ(site_of("https://127.0.0.1/x"), "");
  EXPECT_EQ(site_of("https://localhost/x"), "");
  EXPECT_EQ(site_of("/srv/www.bbc.co.uk/x"), "");
  EXPECT_EQ(site_of("https://"), "");
  EXPECT_EQ(site_of_host("tumblr.com"), "tumblr");
  EXPECT_EQ(site_of_host("a manual. Of stones"), "");
}

using Names = std::vector<std::string_view>;

TEST(DocumentNames, AreTheFileOrTheRecordAndTheSite) {
  EXPECT_EQ(names_of("/a/b.md", "/a/b.md", "{}"), (Names{"b"}));
  EXPECT_EQ(names_of("/a.jsonl#b.md", "/a.jsonl", "{}"), (Names{"b"}));
  EXPECT_EQ(names_of("/a.zip#x/y.md", "/a.zip", "{}"), (Names{"y"}));
  EXPECT_EQ(names_of("https://news.org/b", "https://news.org/b", "{}"), (Names{"b", "news"}));
  EXPECT_EQ(names_of("/b", "/b", R"({"n":1,"url":"https://news.org/c"})"), (Names{"b", "news"}));
  EXPECT_EQ(names_of("/b", "/b", R"({"url":"none","domain":"news.org"})"), (Names{"b", "news"}));
}

TEST(DocumentNames, DamagedMetadataAreReadToTheirEnd) {
  for (const std::string_view metadata :
       {R"(":")", R"("url":")", R"(url":"https://)", R"({"url":"a.b)", R"(":":":")"})
    EXPECT_LE(names_of("/b", "/b", metadata).size(), 2U) << metadata;
}

// Of a segment that is far the sources of names are copied: the same, however long the metadata are.
TEST(DocumentNames, AreMadeOfTheSameFarAndNear) {
  const TemporaryFolder folder;
  {
    const auto writer = Writer::open(system_files(), folder.path(), settings_with(0)).value();
    for (const std::size_t bytes : {0UL, 1UL, 120UL, 235UL, 236UL, 237UL, 238UL, 300UL, 70'000UL}) {
      Document document = make_document("/notes/" + std::to_string(bytes) + ".md", "Locks", "A deep lock.");
      if (bytes > 0) document.metadata.set("note", Json(std::string(bytes, 'a')));
      document.metadata.set("url", Json("https://n" + std::to_string(bytes) + ".org/x"));
      ASSERT_TRUE(writer->put(std::move(document)).ok());
    }
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  }
  const std::filesystem::path file = folder.path() / segment_file_name(1);
  const std::uint32_t check = RegionFile::open(system_files(), file, FileKind::segment, 1)->check();
  Segment segment = Segment::open(system_files(), folder.path(), 1, check).value();
  std::atomic<bool> near{false};
  segment.set_near(&near);
  std::string copy, other;
  for (std::uint32_t slot = 0; slot < segment.documents().size(); ++slot) {
    near = false;
    ASSERT_TRUE(segment.far());
    const Segment::NameSources far = segment.name_sources(slot, copy);
    near = true;
    ASSERT_FALSE(segment.far());
    const Segment::NameSources here = segment.name_sources(slot, other);
    EXPECT_EQ(far.uri, here.uri);
    EXPECT_EQ(far.source, here.source);
    EXPECT_EQ(far.metadata, here.metadata);
    EXPECT_EQ(far.language, here.language);
    EXPECT_EQ(names_of(far.uri, far.source, far.metadata).size(), 2U);
    EXPECT_EQ(far.uri.data(), copy.data());
  }
}

}  // namespace
}  // namespace kindling
