// Code and prose told apart.

#include "tokenizer/code_likeness.h"

#include <gtest/gtest.h>

#include <string>

namespace kindling {
namespace {

TEST(CodeLikeness, FunctionsAreCode) {
  EXPECT_EQ(code_likeness("def area(self, r):\n    if r.low < 0:\n        return self.small_areas[r.low]\n"
                          "    return math.pi * r.high ** 2\n"),
            1);
  EXPECT_EQ(code_likeness("func (r *Replacer) WriteString(w io.Writer, s string) (n int, err error) {\n"
                          "\tr.once.Do(r.buildOnce)\n\treturn r.r.WriteString(w, s)\n}\n"),
            1);
  EXPECT_EQ(code_likeness("static int find(const node *n, int key) {\n  while (n->key != key) n = n->next;\n"
                          "  return n->value;\n}\n"),
            1);
}

TEST(CodeLikeness, ProseIsNone) {
  EXPECT_EQ(code_likeness(
                "The canal has nine locks; the deepest (Tern Hill) is 4.2 metres deep, e.g. twice as deep as "
                "the others. Its gates leak: of 2.5 million litres a day, a third is lost."),
            0);
  EXPECT_EQ(code_likeness("\xe8\xbf\x99\xe6\x9d\xa1\xe8\xbf\x90\xe6\xb2\xb3\xe6\x9c\x89\xe4\xb9\x9d\xe5\xba\xa7"
                          "\xe8\x88\xb9\xe9\x97\xb8\xe3\x80\x82"),
            0);
  EXPECT_EQ(code_likeness(""), 0);
  EXPECT_EQ(code_likeness("... -- !?"), 0);
}

// Whatever they have most of does not count.
TEST(CodeLikeness, TablesAndListsAreNone) {
  std::string table = "town; height; built\n", rows = "| town | height |\n", hosts;
  for (int i = 0; i < 20; ++i) {
    table += "Tern Hill; " + std::to_string(i) + "; 1810\n";
    rows += "| Market Drayton | " + std::to_string(i) + " m |\n";
    hosts += "lock" + std::to_string(i) + ".canal.example.org\n";
  }
  EXPECT_EQ(code_likeness(table), 0);
  EXPECT_EQ(code_likeness(rows), 0);
  EXPECT_EQ(code_likeness(hosts), 0);
}

TEST(CodeLikeness, LiesBetweenForProseThatNamesSomeCode) {
  const std::string prose =
      "Call open_gate() before the level is read, because read_level(gate) of a closed gate fails. The object "
      "that it returns has two members, gate.level and gate.time, both of which may be empty while the water "
      "is rising. ";
  EXPECT_GT(code_likeness(prose), 0);
  std::string longer = prose;
  float before = code_likeness(longer);
  for (int i = 0; i < 4; ++i) {
    longer += "The keeper looks at the board twice a day and writes down what it says. ";
    EXPECT_LE(code_likeness(longer), before);
    before = code_likeness(longer);
  }
  EXPECT_LT(before, 1);
}

// Each kind counts beside another one: of some 20 words with one such mark and three comparisons, .05 a word is
// left.
TEST(CodeLikeness, EveryKindOfMarkCounts) {
  const std::string words = "a b c d e f g h i j k l m n o p q r ", most = "x == == == y";
  ASSERT_EQ(code_likeness(words + most), 0);
  for (const std::string_view mark : {"f(", "a[", "a).b", "a_b", "{", "}", ";", "->", "::", "=>", "&&", "||"}) {
    SCOPED_TRACE(mark);
    EXPECT_NEAR(code_likeness(words + most + " " + std::string(mark)), 1.f / 6, .1);
    EXPECT_GT(code_likeness(words + most + " " + std::string(mark)), 0);
  }
  for (const std::string_view mark : {" (", "1.5", "2.b", " _", ":", "&", "|", "-", "1[", "Dr."}) {
    SCOPED_TRACE(mark);
    EXPECT_EQ(code_likeness(words + most + " " + std::string(mark)), 0);
  }
}

// "==" is one mark, and "<=" none, for arrows of prose look like it.
TEST(CodeLikeness, AComparisonCountsOnce) {
  const std::string words = "a b c d e f g h i j k l m n o p q r {{}}{{}} s ";
  EXPECT_GT(code_likeness(words + "= t"), 0);
  EXPECT_LT(code_likeness(words + "= t"), 1);
  EXPECT_EQ(code_likeness(words + "== t"), code_likeness(words + "= t"));
  EXPECT_EQ(code_likeness(words + "<= t"), 0);
  EXPECT_EQ(code_likeness(words + ">= t"), 0);
}

}  // namespace
}  // namespace kindling
