// How the files of this repository must look.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/house/source_tree.h"

namespace kindling {
namespace {

bool is_text(const SourceFile& file) {
  for (const std::string_view ending : {".cc", ".h", ".md", ".txt", ".cmake", ".py", ".toml", ".json", ".in"}) {
    if (file.path.ends_with(ending)) return true;
  }
  return file.path.starts_with("scripts/") || file.path.starts_with(".ci/");
}

bool is_script(const SourceFile& file) { return !file.lines.empty() && file.lines.front().starts_with("#!"); }

std::string at(const SourceFile& file, std::size_t line) { return file.path + ":" + std::to_string(line + 1); }

bool begins_with_any(std::string_view line, const std::vector<std::string_view>& beginnings) {
  return std::ranges::any_of(beginnings,
                             [&](std::string_view beginning) { return line.starts_with(beginning); });
}

bool has_any(std::string_view line, const std::vector<std::string>& parts) {
  return std::ranges::any_of(
      parts, [&](const std::string& part) { return line.find(part) != std::string_view::npos; });
}

// Whether `word` stands in the line with no letter, digit or underscore beside it.
bool has_word(std::string_view line, std::string_view word) {
  const auto in_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (std::size_t found = line.find(word); found != std::string_view::npos;
       found = line.find(word, found + 1)) {
    const std::size_t after = found + word.size();
    if ((found == 0 || !in_word(line[found - 1])) && (after == line.size() || !in_word(line[after])))
      return true;
  }
  return false;
}

TEST(House, FilesStaySmall) {
  constexpr std::size_t header_lines_max = 250;
  constexpr std::size_t source_lines_max = 600;
  for (const SourceFile& file : source_tree()) {
    if (file.is_code()) {
      EXPECT_LE(file.lines.size(), file.is_header() ? header_lines_max : source_lines_max)
          << file.path << ": look for the second idea";
    }
  }
}

// From a line at the margin that opens a brace to the brace at the margin that closes it; members are not
// measured.
TEST(House, FunctionsStaySmall) {
  constexpr std::size_t function_lines_max = 70;
  const std::vector<std::string_view> no_functions = {
      "namespace", "class",        "struct", "enum", "union", "extern",  "constexpr",
      "const",     "static const", "}",      "//",   "#",     "template"};
  for (const SourceFile* file : room_code()) {
    for (std::size_t i = 0; i < file->lines.size(); ++i) {
      const std::string& line = file->lines[i];
      if (line.empty() || line[0] == ' ' || !line.ends_with('{') || begins_with_any(line, no_functions))
        continue;
      const auto end = std::find(file->lines.begin() + static_cast<std::ptrdiff_t>(i), file->lines.end(), "}");
      const auto lines = static_cast<std::size_t>(end - file->lines.begin()) - i;
      EXPECT_LE(lines, function_lines_max) << at(*file, i) << ": look for the second idea";
    }
  }
}

TEST(House, HeadersSayWhatTheyAreForAndComeOnce) {
  for (const SourceFile& file : source_tree()) {
    if (!file.is_header()) continue;
    ASSERT_FALSE(file.lines.empty()) << file.path;
    EXPECT_TRUE(file.lines.front().starts_with("// ")) << file.path << ": begins with no comment";
    EXPECT_TRUE(std::ranges::find(file.lines, "#pragma once") != file.lines.end() ||
                std::ranges::find(file.lines, "#if defined(HWY_TARGET_TOGGLE)") != file.lines.end() ||
                std::ranges::any_of(file.lines,
                                    [](const std::string& line) {
                                      return line.find("HWY_TARGET_TOGGLE") != std::string::npos;
                                    }))
        << file.path << ": may come twice";
  }
}

TEST(House, NothingIsLeftForLater) {
  // Spelled in parts, so that this file does not name them.
  const std::vector<std::string> later = {std::string("TO") + "DO", std::string("FIX") + "ME",
                                          std::string("XX") + "X", std::string("HA") + "CK"};
  for (const SourceFile& file : source_tree()) {
    if (!is_text(file)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      for (const std::string& word : later) EXPECT_FALSE(has_word(file.lines[i], word)) << at(file, i);
  }
}

TEST(House, NoSkippedTests) {
  const std::vector<std::string> skipped = {std::string("GTEST") + "_SKIP", std::string("DISAB") + "LED_"};
  for (const SourceFile& file : source_tree()) {
    if (!file.is_code()) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      EXPECT_FALSE(has_any(file.lines[i], skipped)) << at(file, i);
  }
}

TEST(House, NothingNamesTheMachineOrAHostItWasMadeWith) {
  const std::vector<std::string> machine = {std::string("/wo") + "rk/",   std::string("/ro") + "ot/",
                                            std::string("/tmp") + "/k/",  std::string("/ho") + "me/",
                                            std::string("pypi") + ".org", std::string("deb.debian") + ".org"};
  for (const SourceFile& file : source_tree()) {
    if (!is_text(file) || file.path.ends_with(".md")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      EXPECT_FALSE(has_any(file.lines[i], machine)) << at(file, i);
  }
}

TEST(House, LinesEndCleanly) {
  for (const SourceFile& file : source_tree()) {
    if (!file.is_code() && !is_script(file)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_EQ(file.lines[i].find('\t'), std::string::npos) << at(file, i) << ": a tab";
      EXPECT_FALSE(file.lines[i].ends_with(' ') || file.lines[i].ends_with('\r'))
          << at(file, i) << ": white space at the end";
    }
  }
}

TEST(House, ScriptsCanBeRunAndStopAtTheFirstFailure) {
  int scripts = 0;
  for (const SourceFile& file : source_tree()) {
    if (!is_script(file)) continue;
    ++scripts;
    EXPECT_TRUE(file.executable) << file.path;
    if (file.lines.front().find("bash") == std::string::npos) continue;
    EXPECT_NE(std::ranges::find(file.lines, "set -euo pipefail"), file.lines.end()) << file.path;
  }
  EXPECT_GE(scripts, 7);
}

TEST(House, TestDataStaysSmall) {
  constexpr std::uintmax_t bytes_max = 1'000'000;
  const std::filesystem::path root = KINDLING_SOURCE_TREE;
  for (const SourceFile& file : source_tree())
    EXPECT_LE(std::filesystem::file_size(root / file.path), bytes_max) << file.path;
}

}  // namespace
}  // namespace kindling
