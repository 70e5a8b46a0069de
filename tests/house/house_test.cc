// How the files of this repository must look.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <string>
#include <string_view>

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
  const std::regex no_function(
      "^(namespace|class|struct|enum|union|extern|constexpr|const|static const|\\}|//|#|template).*");
  for (const SourceFile* file : room_code()) {
    for (std::size_t i = 0; i < file->lines.size(); ++i) {
      const std::string& line = file->lines[i];
      if (line.empty() || line[0] == ' ' || !line.ends_with('{') || std::regex_match(line, no_function))
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
  const std::regex later(std::string("\\b(TO") + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b");
  for (const SourceFile& file : source_tree()) {
    if (!is_text(file)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      EXPECT_FALSE(std::regex_search(file.lines[i], later)) << at(file, i);
  }
}

TEST(House, NoSkippedTests) {
  const std::regex skipped(std::string("\\b(GTEST") + "_SKIP|DISAB" + "LED_)");
  for (const SourceFile& file : source_tree()) {
    if (!file.is_code()) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      EXPECT_FALSE(std::regex_search(file.lines[i], skipped)) << at(file, i);
  }
}

TEST(House, NothingNamesTheMachineOrAHostItWasMadeWith) {
  const std::regex machine(std::string("(^|[\"' =(])/(wo") + "rk|ro" + "ot|ho" + "me/[a-z]+|tmp/k)/|py" +
                           "pi\\.org|deb\\.deb" + "ian\\.org");
  for (const SourceFile& file : source_tree()) {
    if (!is_text(file) || file.path.ends_with(".md")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      EXPECT_FALSE(std::regex_search(file.lines[i], machine)) << at(file, i);
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
