#include "index/filter.h"

#include <gtest/gtest.h>

#include "index/timestamps.h"
#include "tests/index/collection.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

// Five documents, a to e; a filter is tested by the letters that it keeps.
class FilterTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    auto writer = Writer::open(system_files(), folder_->path(), settings_with(0)).value();
    const auto put = [&](std::string uri, std::string title, std::string metadata, std::string day,
                         std::uint32_t page) {
      Document document = make_document(std::move(uri), std::move(title), "text.");
      document.metadata = parse_json(metadata).value();
      document.modified_ms = parse_time(day)->begin_ms;
      document.chunks[0].page = page;
      if (page > 0) document.text.format = "pdf";
      ASSERT_TRUE(writer->put(std::move(document)).ok());
    };
    put("/a", "Alpha", R"({"year":1900,"town":"Ely","open":true,"big":9007199254740993})", "2024-02-01", 3);
    put("/b", "Beta", R"({"year":1950.5,"town":"Rye","open":false})", "2024-02-01T23:59:59.999", 12);
    put("/c", "", R"({"year":"1975","town":"a \"b\" 'c' ; DROP"})", "2024-02-02", 0);
    put("/d", "Delta", R"({"sub.key":"x","été":"ja","code":"007"})", "2023-12-31", 0);
    put("/e", "Eps", R"({"year":null,"list":[1]})", "1969-07-20", 0);
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
    snapshot_ = open_snapshot(folder_->path());
  }
  static void TearDownTestSuite() {
    snapshot_.reset();
    folder_.reset();
  }

  static std::string kept(std::string_view expression) {
    const auto filter = Filter::parse(expression);
    if (!filter.ok()) return std::string(to_string(filter.error().code)) + " at " + filter.error().where;
    const auto documents = snapshot_->matching(*filter);
    if (!documents.ok())
      return std::string(to_string(documents.error().code)) + " at " + documents.error().where;
    std::string letters;
    documents->for_each([&](DocumentIndex d) { letters += snapshot_->document(d).uri.substr(1); });
    return letters;
  }

  static std::unique_ptr<TemporaryFolder> folder_;
  static std::shared_ptr<const Snapshot> snapshot_;
};
std::unique_ptr<TemporaryFolder> FilterTest::folder_;
std::shared_ptr<const Snapshot> FilterTest::snapshot_;

TEST_F(FilterTest, ComparesNumbersAsNumbersAndTheRestAsText) {
  EXPECT_EQ(kept("year = 1900"), "a");
  EXPECT_EQ(kept("year = 1900.0"), "a");
  EXPECT_EQ(kept("year > 1900"), "bc");  // "1975" is text, as is "1900" then
  EXPECT_EQ(kept("year >= 1900"), "abc");
  EXPECT_EQ(kept("year < 1950.6"), "ab");
  EXPECT_EQ(kept("year <= 1950.5"), "ab");
  EXPECT_EQ(kept("year = 1975"), "c");
  EXPECT_EQ(kept("year = \"1900\""), "a");
  EXPECT_EQ(kept("code = 007"), "d");
  EXPECT_EQ(kept("code = 7"), "");
  EXPECT_EQ(kept("big = 9007199254740993"), "a");
  EXPECT_EQ(kept("big = 9007199254740992"), "");
  EXPECT_EQ(kept("town = Ely"), "a");
  EXPECT_EQ(kept("town > Ely"), "bc");
  EXPECT_EQ(kept("open = true"), "a");
  EXPECT_EQ(kept("open = false"), "b");
}

TEST_F(FilterTest, WithoutTheFieldOnlyNegationsMatch) {
  EXPECT_EQ(kept("year != 1900"), "bcde");
  EXPECT_EQ(kept("year not-in (1900, 1950.5)"), "cde");
  EXPECT_EQ(kept("nothing = x"), "");
  EXPECT_EQ(kept("nothing < x"), "");
  EXPECT_EQ(kept("nothing != x"), "abcde");
  EXPECT_EQ(kept("list = 1"), "");
  EXPECT_EQ(kept("not year >= 0"), "de");
  EXPECT_EQ(kept("title != Alpha"), "bcde");
  EXPECT_EQ(kept("title < Zeta"), "abde");
}

TEST_F(FilterTest, AndBindsTighterThanOrAndNotTightest) {
  EXPECT_EQ(kept("town = Ely or town = Rye and year = 1"), "a");
  EXPECT_EQ(kept("(town = Ely or town = Rye) and year > 1900"), "b");
  EXPECT_EQ(kept("not town = Ely and not town = Rye"), "cde");
  EXPECT_EQ(kept("not (town = Ely or town = Rye)"), "cde");
  EXPECT_EQ(kept("not not town = Ely"), "a");
  EXPECT_EQ(kept("year >= 1900 and (town = \"Ely\" or town in (\"Rye\", \"Hull\")) and not format = pdf"), "");
  EXPECT_EQ(kept("YEAR = 1900 OR town = Ely"), "a");
}

TEST_F(FilterTest, KnowsTheFieldsEveryDocumentHas) {
  EXPECT_EQ(kept("uri = /a"), "a");
  EXPECT_EQ(kept("uri in (/a, /e, /x)"), "ae");
  EXPECT_EQ(kept("uri not in (/a, /e)"), "bcd");
  EXPECT_EQ(kept("format = pdf"), "ab");
  EXPECT_EQ(kept("page = 3"), "a");
  EXPECT_EQ(kept("page > 3"), "b");
  EXPECT_EQ(kept("page != 3"), "bcde");
  EXPECT_EQ(kept("page in (3, 12)"), "ab");
  EXPECT_EQ(kept("modified = 2024-02-01"), "ab");
  EXPECT_EQ(kept("modified > 2024-02-01"), "c");
  EXPECT_EQ(kept("modified >= 2024-02-01"), "abc");
  EXPECT_EQ(kept("modified < 2024-02-01"), "de");
  EXPECT_EQ(kept("modified <= 2024-02-01"), "abde");
  EXPECT_EQ(kept("modified > 2024-02-01T12:00"), "bc");
  EXPECT_EQ(kept("modified = \"2024-02-02T01:00+01:00\""), "c");
  EXPECT_EQ(kept("modified < 1970-01-01"), "e");
}

TEST_F(FilterTest, QuotesAndOddNamesAreOnlyText) {
  EXPECT_EQ(kept(R"(town = "a \"b\" 'c' ; DROP")"), "c");
  EXPECT_EQ(kept(R"(town = 'a "b" \'c\' ; DROP')"), "c");
  EXPECT_EQ(kept("sub.key = x"), "d");
  EXPECT_EQ(kept("été = ja"), "d");
  EXPECT_EQ(kept("'town' = Ely"), "a");
  EXPECT_EQ(kept("town = ');DROP TABLE documents;--'"), "");
  EXPECT_EQ(kept("x');DROP = 1"), "usage at filter column 2");
  EXPECT_EQ(kept("$ = 1"), "");
  EXPECT_EQ(kept("year = 1900"), "a");
}

TEST_F(FilterTest, SaysWhereReadingStopped) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"", "filter column 1"},
      {"   ", "filter column 4"},
      {"year", "filter column 5"},
      {"year =", "filter column 7"},
      {"= 3", "filter column 1"},
      {"year == 3", "filter column 7"},
      {"year ! 3", "filter column 6"},
      {"(year = 3", "filter column 10"},
      {"year = 3)", "filter column 9"},
      {"year = 3 town = x", "filter column 10"},
      {"year = 3 and", "filter column 13"},
      {"year in 3", "filter column 9"},
      {"year in ()", "filter column 10"},
      {"year in (3,)", "filter column 12"},
      {"year in (3", "filter column 11"},
      {"year = \"3", "filter column 8"},
      {"not", "filter column 4"},
      {"year not 3", "filter column 10"},
      {"a\"b = 3", "filter column 2"},
      {"'a\\\\b' = 3", "filter column 1"},
      {"year = 3 | town = x", "filter column 10"},
      {"modified = yesterday", "filter column 1: modified"},
      {"page = iv", "filter column 1: page"},
      {"town = x or modified > 2024-13-01", "filter column 13: modified"},
      {std::string("a = \0", 5), "filter"},
      {"a = \xff", "filter"}};
  for (const auto& [expression, where] : table) EXPECT_EQ(kept(expression), "usage at " + where) << expression;
}

TEST_F(FilterTest, HoldsItsLimits) {
  EXPECT_EQ(kept(std::string(63, '(') + "year = 1900" + std::string(63, ')')), "a");
  EXPECT_EQ(kept(std::string(65, '(') + "year = 1900" + std::string(65, ')')), "usage at filter column 65");
  std::string nots;
  for (int i = 0; i < 65; ++i) nots += "not ";
  EXPECT_EQ(kept(nots + "year = 1900").substr(0, 5), "usage");
  EXPECT_EQ(kept("a = " + std::string(4093, 'x')), "usage at filter");

  std::string chain = "a=1";
  while (chain.size() < 4085) chain += " or a=1";
  EXPECT_EQ(kept(chain), "");
  std::string list = "year in (1";
  while (list.size() < 4085) list += ",1";
  EXPECT_EQ(kept(list + ",1900)"), "a");
}

TEST_F(FilterTest, RandomBytesNeverCrash) {
  Random random(5);
  const std::vector<std::string> pieces{"year", " ",    "=",        "!=", "(", ")",     "and",
                                        "or",   "not",  "in",       "\"", "'", "\\",    ",",
                                        "1900", "page", "modified", "é",  "<", "not-in"};
  int parsed = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string expression;
    for (std::uint32_t n = random.between(0, 12); n > 0; --n)
      expression += random.pick(pieces) + (random.chance(0.5) ? " " : "");
    const auto filter = Filter::parse(expression);
    if (!filter.ok()) continue;
    ++parsed;
    (void)snapshot_->matching(*filter).ok();
  }
  EXPECT_GT(parsed, 10);
}

TEST(Timestamps, AreReadAsTheTimeTheyCover) {
  const auto range = [](std::string_view text) {
    const auto parsed = parse_time(text);
    return parsed ? std::pair(parsed->begin_ms, parsed->end_ms - parsed->begin_ms)
                  : std::pair<std::int64_t, std::int64_t>(-1, -1);
  };
  using Pair = std::pair<std::int64_t, std::int64_t>;
  EXPECT_EQ(range("1970-01-01"), Pair(0, 86'400'000));
  EXPECT_EQ(range("1970-01-01T00:01"), Pair(60'000, 60'000));
  EXPECT_EQ(range("1970-01-01T00:01:02"), Pair(62'000, 1000));
  EXPECT_EQ(range("1970-01-01 00:01:02.003Z"), Pair(62'003, 1));
  EXPECT_EQ(range("1970-01-01T01:00+01:00"), Pair(0, 60'000));
  EXPECT_EQ(range("1969-12-31T22:30-01:30"), Pair(0, 60'000));
  EXPECT_EQ(range("2024-02-29").second, 86'400'000);
  EXPECT_EQ(range("2026-11-21").first, 1'795'219'200'000);
  for (const auto* bad :
       {"", "2024", "2024-2-1", "2024-02-30", "2023-02-29", "2024-13-01", "2024-01-01T", "2024-01-01T24:00",
        "2024-01-01T10", "2024-01-01T10:60", "2024-01-01T10:00:60", "2024-01-01x", "2024-01-01T10:00+1",
        "2024-01-01T10:00Zx", "2024-01-01T10:00:00.", "-024-01-01"}) {
    EXPECT_FALSE(parse_time(bad).has_value()) << bad;
  }
}

TEST(Timestamps, AreWrittenToTheMinute) {
  EXPECT_EQ(to_minute(0), "1970-01-01T00:00");
  EXPECT_EQ(to_minute(1'795'255'259'999), "2026-11-21T10:00");
  EXPECT_EQ(to_minute(-1), "1969-12-31T23:59");
}

}  // namespace
}  // namespace kindling
