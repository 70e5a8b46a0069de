// What goes in with a row, a line of code, a quotation.

#include "engine/pack/leads.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "engine/pack/unit_sets.h"
#include "tests/engine/small_index.h"

namespace kindling {
namespace {

ByteSpan span_of(std::string_view text, std::string_view words) {
  const std::size_t at = text.find(words);
  EXPECT_NE(at, text.npos) << words;
  return {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + words.size())};
}

std::string lead_of(std::string_view text, std::string_view words) {
  const auto lead = LeadFinder(text).lead_of(span_of(text, words));
  return lead ? std::string(slice(text, *lead)) : "";
}

constexpr std::string_view report =
    "Revenue grew.\n\n| Year | Revenue |\n|---|---|\n| 2011 | 5 million |\n| 2012 | 7 million |\n\nCosts "
    "fell.\n";

TEST(Leads, ARowHasTheHeaderOfItsTable) {
  EXPECT_EQ(lead_of(report, "| 2011 | 5 million |"), "| Year | Revenue |");
  EXPECT_EQ(lead_of(report, "| 2012 | 7 million |"), "| Year | Revenue |");
  EXPECT_EQ(lead_of(report, "| Year | Revenue |"), "");
}

TEST(Leads, ProseAndListsHaveNone) {
  EXPECT_EQ(lead_of(report, "Revenue grew."), "");
  EXPECT_EQ(lead_of(report, "Costs fell."), "");
  EXPECT_EQ(lead_of("Bring:\n\n- a rope\n- a lamp\n", "- a lamp"), "");
  EXPECT_EQ(lead_of("Options (all of them):\n\n    The first is quick.\n", "The first is quick."), "");
  EXPECT_EQ(lead_of("He said so.\n\n- an item\n- another\n", "He said so."), "");
  EXPECT_EQ(lead_of("Two of these:\n\u2013 red paint.\n\u2013 blue paint\n\u2013 green\n", "Two of these:"),
            "");
}

TEST(Leads, ALineOfCodeHasItsSignature) {
  constexpr std::string_view python =
      "class Circle:\n    def area(self, r):\n        if r < 0:\n            return 0\n        return 3.14 * r "
      "* r\n\n"
      "    def edge(self, r):\n        return 6.28 * r\n";
  EXPECT_EQ(lead_of(python, "return 3.14 * r * r"), "def area(self, r):");
  EXPECT_EQ(lead_of(python, "return 0"), "def area(self, r):");
  EXPECT_EQ(lead_of(python, "return 6.28 * r"), "def edge(self, r):");
  EXPECT_EQ(lead_of(python, "class Circle:"), "");
  constexpr std::string_view c =
      "int area(int r) {\n  for (int i = 0; i < r; ++i) {\n    work(i);\n  }\n}\n\nint x;\n";
  EXPECT_EQ(lead_of(c, "work(i);"), "int area(int r) {");
  EXPECT_EQ(lead_of(c, "int x;"), "");
}

TEST(Leads, AQuotationHasItsAttribution) {
  constexpr std::string_view marked = "> To be.\n> Or not to be.\n>\n> -- Shakespeare\n\nMore.\n";
  EXPECT_EQ(lead_of(marked, "To be."), "-- Shakespeare");
  EXPECT_EQ(lead_of(marked, "Or not to be."), "-- Shakespeare");
  EXPECT_EQ(lead_of(marked, "-- Shakespeare"), "");
  EXPECT_EQ(lead_of(marked, "More."), "");
  EXPECT_EQ(lead_of("\u201cLess is more.\u201d\n\u2014 Mies van der Rohe\n", "\u201cLess is more.\u201d"),
            "\u2014 Mies van der Rohe");
}

TEST(Leads, AreFoundInLinearTime) {
  std::string rows = "| n | square |\n";
  for (int i = 0; i < 20'000; ++i)
    rows += "| " + std::to_string(i) + " | " + std::to_string(i * i % 9973) + " |\n";
  LeadFinder finder(rows);
  std::size_t found = 0;
  for (std::size_t at = rows.find('\n') + 1; at < rows.size(); at = rows.find('\n', at) + 1) {
    const auto begin = static_cast<std::uint32_t>(at);
    const auto lead = finder.lead_of({begin, static_cast<std::uint32_t>(rows.find('\n', at))});
    found += lead && slice(rows, *lead) == "| n | square |";
  }
  EXPECT_EQ(found, 20'000u);
}

// One that is asked about every line knows what it looked at before; one that is asked about a single line
// looks by itself.
TEST(Leads, AreTheSameWhateverWasAskedBefore) {
  std::mt19937 random(7);
  std::size_t found = 0;
  for (int round = 0; round < 60; ++round) {
    std::string text;
    std::vector<ByteSpan> lines;
    for (int i = 0; i < 900; ++i) {
      const bool deep = round % 2 == 0;  // no line of hundreds is at the margin
      const std::size_t depth = (deep ? 2 : 0) + random() % 7;
      const auto begin = static_cast<std::uint32_t>(text.size());
      constexpr std::array<std::string_view, 4> says{"def work(x):", "rest and be thankful", "work(x)", "a, b"};
      if (random() % 4 != 0)
        text += std::string(depth, random() % 50 == 0 ? '\t' : ' ') +
                std::string(says[random() % (round % 3 == 0 ? 200 : 4) % says.size()]);
      if (random() % 100 == 0) text += std::string(3'000, 'x');
      if (text.size() > begin) lines.push_back({begin, static_cast<std::uint32_t>(text.size())});
      text += '\n';
    }
    LeadFinder in_order(text), in_any_order(text);
    for (const ByteSpan line : lines) {
      if (random() % 3 == 0) continue;
      const auto alone = LeadFinder(text).lead_of(line);
      EXPECT_EQ(in_order.lead_of(line), alone) << round << " at " << line.begin;
      found += alone.has_value();
    }
    for (int i = 0; i < 300; ++i) {
      const ByteSpan line = lines[random() % lines.size()];
      EXPECT_EQ(in_any_order.lead_of(line), LeadFinder(text).lead_of(line)) << round << " at " << line.begin;
    }
  }
  EXPECT_GT(found, 5'000u);
}

TEST(Leads, AreLookedForInSoManyLines) {
  for (const std::size_t between : {lead_lines_max - 1, lead_lines_max}) {
    std::string text = "def far():\n";
    std::vector<ByteSpan> lines;
    for (std::size_t i = 0; i <= between; ++i) {
      lines.push_back({static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(text.size() + 6)});
      text += "  step\n";
    }
    const bool reached = between < lead_lines_max;
    EXPECT_EQ(LeadFinder(text).lead_of(lines.back()).has_value(), reached);
    LeadFinder finder(text);
    EXPECT_TRUE(finder.lead_of(lines[lines.size() - 2]).has_value());
    EXPECT_EQ(finder.lead_of(lines.back()).has_value(), reached);
  }
}

TEST(Leads, AreAddedToTheUnitsOnceAndWithoutValue) {
  std::string text = "| place | height |\n";
  for (int i = 0; i < 200; ++i)
    text += "| tower " + std::to_string(i) + " | " + std::to_string(30 + i) + " m |\n";
  const SmallIndex index({{"towers.md", text, "Towers"}});
  std::vector<Unit> all = document_units(index.snapshot(), DocumentIndex{0});
  ASSERT_GT(all.size(), 20u);
  std::vector<Unit> few{all[all.size() - 2], all.back()};
  for (Unit& unit : few) unit.value = 1;
  const std::vector<Unit> with = with_leads(index.snapshot(), few);
  ASSERT_EQ(with.size(), 3u);
  EXPECT_EQ(with[0].span, all[0].span);
  EXPECT_EQ(with[0].value, 0);
  EXPECT_TRUE(with[1].apart);
  EXPECT_EQ(with[1].lead, all[0].span);
  EXPECT_EQ(with[2].lead, all[0].span);
}

}  // namespace
}  // namespace kindling
