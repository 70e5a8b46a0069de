// Runs every scenario of tests/cli/scenarios against the binary under test.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "encoder/encoder.h"
#include "tests/cli/scenario.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(KINDLING_SCENARIOS))
    names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

ScenarioSurroundings surroundings_in(const fs::path& folder) {
  const auto model = default_encoder_folder();
  const fs::path home = folder / "home";
  const fs::path here = folder / "here";
  fs::create_directories(home);
  fs::create_directories(here);
  ScenarioSurroundings surroundings{here,
                                    {{"PATH", std::string(KINDLING_PROGRAMS) + ":" + variable("PATH")},
                                     {"HOME", home.string()},
                                     {"XDG_CONFIG_HOME", (home / "config").string()},
                                     {"XDG_DATA_HOME", (home / "data").string()},
                                     {"XDG_CACHE_HOME", (home / "cache").string()},
                                     {"KINDLING_MODELS", model ? model->parent_path().string() : "/nowhere"},
                                     {"LC_ALL", "C.UTF-8"},
                                     {"TMPDIR", folder.string()}}};
  // Which sanitizer looks for what is the caller's to say.
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "KINDLING_SIMD"}) {
    if (!variable(name).empty()) surroundings.environment[name] = variable(name);
  }
  return surroundings;
}

class Scenario : public testing::TestWithParam<std::string> {};

TEST_P(Scenario, Holds) {
  ASSERT_TRUE(default_encoder_folder().ok()) << default_encoder_folder().error().sentence();
  const TemporaryFolder folder;
  const fs::path file = fs::path(KINDLING_SCENARIOS) / (GetParam() + ".txt");
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  ASSERT_FALSE(text.empty());
  for (const ScenarioFailure& failure : run_scenario(text, surroundings_in(folder.path()))) {
    ADD_FAILURE_AT(file.c_str(), failure.line) << failure.what;
  }
}

INSTANTIATE_TEST_SUITE_P(Cli, Scenario, testing::ValuesIn(scenario_names()),
                         [](const testing::TestParamInfo<std::string>& name) { return name.param; });

}  // namespace
}  // namespace kindling
