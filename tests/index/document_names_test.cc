// What documents are called by, from their addresses.
#include "index/terms/document_names.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace kindling
