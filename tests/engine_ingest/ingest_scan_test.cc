#include "engine/ingest/ingest_scan.h"

#include <gtest/gtest.h>

#include "engine/ingest/ingest_glob.h"
#include "tests/engine_ingest/collection.h"

namespace kindling {
namespace {

bool matches(std::string_view pattern, std::string_view path) { return Glob(pattern).matches(path); }

TEST(Glob, MatchesAsPeopleExpect) {
  EXPECT_TRUE(matches("*.md", "a.md"));
  EXPECT_TRUE(matches("*.md", "deep/er/a.md"));  // without a slash: the name, at any depth
  EXPECT_FALSE(matches("*.md", "a.mdx"));
  EXPECT_TRUE(matches("docs/*.md", "docs/a.md"));
  EXPECT_FALSE(matches("docs/*.md", "docs/deep/a.md"));
  EXPECT_FALSE(matches("docs/*.md", "other/docs/a.md"));
  EXPECT_TRUE(matches("docs/**", "docs/deep/a.md"));
  EXPECT_TRUE(matches("docs/", "docs/deep/a.md"));
  EXPECT_TRUE(matches("**/test/*", "test/a"));
  EXPECT_TRUE(matches("**/test/*", "x/y/test/a"));
  EXPECT_FALSE(matches("**/test/*", "x/mytest/a"));
  EXPECT_TRUE(matches("a/**/b", "a/b"));
  EXPECT_TRUE(matches("a/**/b", "a/x/y/b"));
  EXPECT_FALSE(matches("a/**/b", "a/xb"));
  EXPECT_TRUE(matches("./a/b", "a/b"));
  EXPECT_TRUE(matches("/a/b", "a/b"));
}

TEST(Glob, KnowsSetsAndSingleCharacters) {
  EXPECT_TRUE(matches("file?.txt", "file1.txt"));
  EXPECT_TRUE(matches("file?.txt", "fileä.txt"));
  EXPECT_FALSE(matches("a?b", "a/b"));
  EXPECT_TRUE(matches("[a-c]x", "bx"));
  EXPECT_FALSE(matches("[!a-c]x", "bx"));
  EXPECT_TRUE(matches("[^a-c]x", "dx"));
  EXPECT_TRUE(matches("[]]", "]"));
  EXPECT_TRUE(matches("[a-]", "-"));
  EXPECT_TRUE(matches("[", "["));
  EXPECT_TRUE(matches("a[b", "a[b"));
  EXPECT_FALSE(matches("x/[!a]y", "x//y"));
}

TEST(Glob, AHostilePatternTakesNoLongerThanItsLength) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a**/";
  EXPECT_FALSE(matches(pattern + "b", std::string(4000, 'a')));
}

std::vector<std::string> scanned(const Collection& files, const IngestOptions& options) {
  const Scan found = scan(
                         system_files(), options, files.index(), [](std::uint64_t) {}, never_cancelled())
                         .value();
  std::vector<std::string> names;
  for (const ScannedFile& file : found.files) names.push_back(file.uri.substr(files.path("").string().size()));
  return names;
}

using Names = std::vector<std::string>;

TEST(Scan, WalksInOrderWithoutHiddenEntriesLinkedFoldersAndTheIndexItself) {
  Collection files;
  for (const char* name : {"b.txt", "a/z.txt", "a/y/x.txt", ".hidden/a.txt", ".dot", "A.txt"})
    files.write(name, "Text.");
  std::filesystem::create_directory_symlink(files.path("a"), files.path("linked"));
  std::filesystem::create_directory_symlink(files.path(""), files.path("a/loop"));
  std::filesystem::create_symlink(files.path("b.txt"), files.path("link.txt"));
  std::filesystem::create_symlink(files.path("nothing"), files.path("dangling.txt"));
  EXPECT_EQ(scanned(files, files.options()), (Names{"A.txt", "b.txt", "link.txt", "a/z.txt", "a/y/x.txt"}));
  IngestOptions options = files.options();
  options.paths = {files.path("linked").string()};  // named, a linked folder is walked
  EXPECT_EQ(scanned(files, options), (Names{"linked/z.txt", "linked/y/x.txt"}));
  const Scan found =
      scan(
          system_files(), files.options(), files.path("a"), [](std::uint64_t) {}, never_cancelled())
          .value();
  EXPECT_EQ(found.files.size(), 3u) << "the index's own folder is left out";
}

TEST(Scan, ChoosesByPatterns) {
  Collection files;
  for (const char* name : {"a.md", "b.txt", "docs/c.md", "docs/old/d.md", "node_modules/e.md"})
    files.write(name, "Text.");
  IngestOptions options = files.options();
  options.exclude = {"node_modules", "docs/old/**"};
  EXPECT_EQ(scanned(files, options), (Names{"a.md", "b.txt", "docs/c.md"}));
  options.include = {"*.md"};
  EXPECT_EQ(scanned(files, options), (Names{"a.md", "docs/c.md"}));
  options.include = {"docs/**"};
  EXPECT_EQ(scanned(files, options), (Names{"docs/c.md"}));
}

TEST(Scan, GivesAFileOnceHoweverOftenItIsNamed) {
  Collection files;
  files.write("a/b.txt", "Text.");
  IngestOptions options = files.options();
  options.paths.push_back(files.path("a/../a/./b.txt").string());
  options.paths.push_back(files.path("a/").string());
  EXPECT_EQ(scanned(files, options), (Names{"a/b.txt"}));
}

TEST(Scan, GoesAsDeepAsTheTree) {
  Collection files;
  std::string deep;
  for (int i = 0; i < 500; ++i) deep += "d/";
  files.write(deep + "a.txt", "Text.");
  EXPECT_EQ(scanned(files, files.options()).size(), 1u);
}

TEST(Scan, LiesUnderMeansWholeNames) {
  EXPECT_TRUE(lies_under("/a/b", "/a"));
  EXPECT_TRUE(lies_under("/a", "/a"));
  EXPECT_TRUE(lies_under("/a", "/"));
  EXPECT_FALSE(lies_under("/ab", "/a"));
  EXPECT_EQ(uri_of_path("/a/./b/../c/"), "/a/c");
}

}  // namespace
}  // namespace kindling
