#include "cli/arguments.h"

#include <gtest/gtest.h>

namespace kindling {
namespace {

Result<Arguments> parse(std::vector<std::string> words) { return Arguments::parse(words); }

TEST(Arguments, TakeEverySpellingOfAFlag) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"search", "lock", "-k", "3", "-i", "ix"},
                                             {"search", "-k3", "lock", "--index=ix"},
                                             {"search", "-iix", "--k=3", "lock"},
                                             {"search", "--index", "ix", "-k", "3", "--", "lock"}}) {
    const auto arguments = parse(words);
    ASSERT_TRUE(arguments.ok()) << arguments.error().sentence();
    EXPECT_EQ(arguments->verb()->name, "search");
    EXPECT_EQ(arguments->words(), std::vector<std::string>{"lock"});
    EXPECT_EQ(arguments->count("k"), 3u);
    EXPECT_EQ(arguments->text("index"), "ix");
    EXPECT_FALSE(arguments->toggle("json"));
  }
}

TEST(Arguments, TakeWordsAsTheyAre) {
  for (const std::string word : {"[a, b]", "", "-", "a=b", "{\"x\":1}", "'quoted'", "%s", "\\"}) {
    const auto arguments = parse({"search", word});
    ASSERT_TRUE(arguments.ok()) << word;
    EXPECT_EQ(arguments->words(), std::vector<std::string>{word});
  }
  EXPECT_EQ(parse({"search", "--", "--json"})->words(), std::vector<std::string>{"--json"});
}

TEST(Arguments, CollectAListAndKeepTheLastOfAnythingElse) {
  const auto arguments =
      parse({"index", "a", "b", "--include", "*.md", "--include=*.txt", "--name", "x", "--name", "y"});
  ASSERT_TRUE(arguments.ok());
  EXPECT_EQ(arguments->words(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(arguments->list("include"), (std::vector<std::string>{"*.md", "*.txt"}));
  EXPECT_EQ(arguments->text("name"), "y");
}

TEST(Arguments, RefuseWhatIsNotInTheTable) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"nothing"},
                                             {"search", "x", "--nothing"},
                                             {"search", "x", "-z"},
                                             {"search", "x", "--prune"},
                                             {"search"},
                                             {"search", "x", "y"},
                                             {"search", "x", "-k"},
                                             {"search", "x", "-k", "1.5"},
                                             {"search", "x", "-k", "-1"},
                                             {"search", "x", "-k", "18446744073709551616"},
                                             {"search", "x", "--mode", "best"},
                                             {"search", "x", "--json=1"},
                                             {"bench", "speed"},
                                             {"bench", "--seconds", "nan"},
                                             {"bench", "--seconds", "-1"},
                                             {"status", "x"},
                                             {"--json"}}) {
    const auto arguments = parse(words);
    ASSERT_FALSE(arguments.ok()) << words.back();
    EXPECT_EQ(arguments.error().code, ErrorCode::usage);
    EXPECT_FALSE(arguments.error().mend.empty()) << words.back();
  }
}

TEST(Arguments, HelpNeedsNothingElse) {
  const auto arguments = parse({"search", "--help"});
  ASSERT_TRUE(arguments.ok());
  EXPECT_TRUE(arguments->toggle("help"));
}

TEST(Closest, FindsSlipsAndNothingFarFetched) {
  const std::vector<std::string_view> names = {"search", "status", "show", "filter", "k"};
  EXPECT_EQ(closest("serach", names), "search");
  EXPECT_EQ(closest("statsu", names), "status");
  EXPECT_EQ(closest("filt", names), "filter");
  EXPECT_EQ(closest("sho", names), "show");
  EXPECT_EQ(closest("banana", names), "");
  EXPECT_EQ(closest("", names), "");
  EXPECT_EQ(closest(std::string(100'000, 'x'), names), "");
}

}  // namespace
}  // namespace kindling
