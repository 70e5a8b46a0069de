// The page of `ab --html`: whatever stands in a question, it stays text.
#include <gtest/gtest.h>

#include "cli/ab_page.h"
#include "cli/ab_view.h"

namespace kindling {
namespace {

Comparison hostile_comparison() {
  Comparison comparison;
  comparison.first = "<script>alert(1)</script>";
  comparison.second = "\"onload='x'";
  comparison.margin = .1;
  GradedPair pair;
  pair.id = "1-a";
  pair.question = "</td><img src=x onerror=alert(1)>\x1b[31m\xff & 'quoted'";
  pair.reason = "<b>because</b>";
  comparison.graded.assign(3, pair);
  comparison.failures["<i>"] = 2;
  MeasureComparison cost{"cost", "$", Wanted::less};
  cost.difference = {3, -.0001, {-.0003, -.00005}};
  comparison.measures.push_back(cost);
  return comparison;
}

TEST(AbPage, EscapesEverythingAndLoadsNothing) {
  const std::string page = comparison_page(hostile_comparison(), {}, "2026-01-01T00:00:00Z");
  for (const char* never : {"<script", "<img", "<b>", "<i>", "</td><img", "http://", "https://", "\x1b", "\xff",
                            "url(", "@import"}) {
    EXPECT_EQ(page.find(never), std::string::npos) << never;
  }
  EXPECT_NE(page.find("&lt;script&gt;"), std::string::npos);
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  EXPECT_NE(page.find("prefers-color-scheme: dark"), std::string::npos);
}

TEST(AbPage, ElementsAreClosedInOrder) {
  const std::string page = comparison_page(hostile_comparison(), {1, 1, 3}, "now");
  std::vector<std::string> open;
  for (std::size_t at = page.find('<', page.find("<html")); at != page.npos; at = page.find('<', at + 1)) {
    const bool closes = page[at + 1] == '/';
    const std::size_t begin = at + (closes ? 2 : 1);
    const std::string name = page.substr(begin, page.find_first_of(" >/", begin) - begin);
    if (name == "meta" || page[page.find('>', at) - 1] == '/') continue;
    if (!closes) {
      open.push_back(name);
      continue;
    }
    ASSERT_FALSE(open.empty());
    EXPECT_EQ(open.back(), name);
    open.pop_back();
  }
  EXPECT_TRUE(open.empty());
}

TEST(AbView, AnIntervalWithoutZeroHasAWord) {
  MeasureComparison cost{"cost", "$", Wanted::less};
  cost.difference = {20, -.0001, {-.0003, -.00005}};
  EXPECT_EQ(direction_word(cost), "better");
  EXPECT_EQ(measure_text(cost, cost.difference.mean, true), "-$0.000100");
  cost.difference.interval = {-.1, .1};
  EXPECT_EQ(direction_word(cost), "");
  MeasureComparison support{"claims supported", "share", Wanted::more};
  support.difference = {20, -.1, {-.2, -.05}};
  EXPECT_EQ(direction_word(support), "worse");
  MeasureComparison length{"length", "words", Wanted::neither};
  length.difference = {20, 4, {3, 5}};
  EXPECT_EQ(direction_word(length), "more");
}

TEST(AbView, SaysWhatToDo) {
  Comparison comparison;
  comparison.first = "old";
  comparison.second = "new";
  comparison.margin = .1;
  comparison.stopping.decision = Decision::second_better;
  EXPECT_EQ(decision_sentence(comparison), "stop: new is better");
  comparison.stopping.decision = Decision::no_difference;
  EXPECT_EQ(decision_sentence(comparison), "stop: no difference larger than 0.10");
  comparison.stopping.decision = Decision::go_on;
  comparison.stopping.more = 1'200;
  EXPECT_EQ(decision_sentence(comparison), "go on: about 1,200 more pairs");
}

}  // namespace
}  // namespace kindling
