#include "engine/tools/tools_file.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

class ToolsFile : public testing::Test {
 protected:
  Result<std::vector<CommandSpec>> read(const std::string& text, const std::string& name = "tools.toml") {
    path_ = folder_.path() / name;
    EXPECT_TRUE(write_atomically(system_files(), path_, text).ok());
    return read_tools_file(system_files(), path_);
  }

  std::string complaint(const std::string& text, const std::string& name = "tools.toml") {
    const auto tools = read(text, name);
    if (tools.ok()) return "";
    EXPECT_EQ(tools.error().code, ErrorCode::configuration);
    EXPECT_FALSE(tools.error().mend.empty()) << text;
    const std::string where = tools.error().where;
    EXPECT_TRUE(where.starts_with(path_.string())) << where;
    return where.substr(std::min(where.size(), path_.string().size() + 2)) + ": " + tools.error().why;
  }

  TemporaryFolder folder_;
  std::filesystem::path path_;
};

constexpr std::string_view weather = R"([[tool]]
name = "weather"
description = "The weather of a town."
command = ["./weather.sh", "--short"]
seconds = 2.5
output_bytes = 1000

[tool.parameters]
type = "object"
required = ["town"]
additionalProperties = false
[tool.parameters.properties.town]
type = "string"
)";

TEST_F(ToolsFile, IsTomlOrJson) {
  const auto tools = read(std::string(weather));
  ASSERT_TRUE(tools.ok()) << tools.error().sentence();
  ASSERT_EQ(tools->size(), 1u);
  const CommandSpec& tool = tools->front();
  EXPECT_EQ(tool.spec.name, "weather");
  EXPECT_EQ(tool.command[0], (folder_.path() / "weather.sh").string());
  EXPECT_EQ(tool.command[1], "--short");
  EXPECT_EQ(tool.seconds_max, 2.5);
  EXPECT_EQ(tool.output_bytes_max, 1'000u);
  EXPECT_EQ(tool.spec.parameters["properties"]["town"]["type"].as_string(), "string");

  const auto same = read(
      R"({"tool":[{"name":"weather","description":"The weather of a town.","command":["sh"],"seconds":2.5}]})",
      "t.json");
  ASSERT_TRUE(same.ok()) << same.error().sentence();
  EXPECT_EQ(same->front().command[0].front(), '/');  // found in $PATH
  EXPECT_EQ(to_string(same->front().spec.parameters), R"({"type":"object","properties":{}})");
}

TEST_F(ToolsFile, EachMistakeIsOneLineWithItsPlace) {
  const auto with = [](const std::string& line) { return std::string(weather) + "\n[[tool]]\n" + line + "\n"; };
  EXPECT_EQ(complaint("[[tool]\n").substr(0, 4), "line");
  EXPECT_EQ(complaint("{", "x.json").substr(0, 4), "byte");
  EXPECT_EQ(complaint("tools = 1\n"), "tools: is not a known key");
  EXPECT_EQ(complaint(""), ": names no tool");
  EXPECT_EQ(complaint(with("name = \"a b\"")), "tool 2: name: must be 1 to 64 letters, digits, '_' and '-'");
  EXPECT_EQ(complaint(with("name = \"a\"")),
            "tool a: description: must say in 1 to 4096 bytes what the tool does; the model reads it");
  const std::string named = "name = \"a\"\ndescription = \"x\"\n";
  EXPECT_EQ(complaint(with(named)), "tool a: command: must be a list of words, the program first");
  EXPECT_EQ(complaint(with(named + "command = \"sh -c x\"")),
            "tool a: command: must be a list of words, the program first");
  EXPECT_EQ(complaint(with(named + "command = [\"no-such-program-here\"]")),
            "tool a: command: no program no-such-program-here in $PATH");
  EXPECT_EQ(complaint(with(named + "command = [\"sh\"]\nseconds = 0")),
            "tool a: seconds: must be a number above 0 and at most 600");
  EXPECT_EQ(complaint(with(named + "command = [\"sh\"]\noutput_bytes = 1.5")),
            "tool a: output_bytes: must be a whole number from 1 to 1048576");
  EXPECT_EQ(complaint(with(named + "command = [\"sh\"]\ntimeout = 3")), "tool a: timeout: is not a known key");
  EXPECT_EQ(complaint(with(named + "command = [\"sh\"]\nparameters = { type = \"string\" }")),
            "tool a: parameters: must be a JSON Schema with type = \"object\"");
  EXPECT_EQ(
      complaint(with(named + "command = [\"sh\"]\n[tool.parameters]\ntype = \"object\"\n"
                             "[tool.parameters.properties.x]\npattern = \"(a*)*\"")),
      "tool a: parameters: /properties/x/pattern: is a keyword that is not checked here, so it would promise "
      "what does not hold");
  std::string many;
  for (int i = 0; i < 33; ++i) many += "[[tool]]\n";
  EXPECT_EQ(complaint(many), ": names more than 32 tools");
}

TEST_F(ToolsFile, TwoToolsOfOneNameAreRefused) {
  ToolChoice choice;
  choice.commands.resize(2);
  choice.commands[0].spec.name = "search";
  choice.commands[1].spec.name = "other";
  EXPECT_TRUE(check_tool_choice(choice).ok());
  choice.index = true;
  EXPECT_FALSE(check_tool_choice(choice).ok());
  choice.index = false;
  choice.commands[1].spec.name = "search";
  EXPECT_FALSE(check_tool_choice(choice).ok());
}

}  // namespace
}  // namespace kindling
