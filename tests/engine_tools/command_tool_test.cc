// Programs of the user's: what they get, what they may not know, and how each way of going wrong ends.

#include "engine/tools/command_tool.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/env.h"

namespace kindling {
namespace {

constexpr double long_enough = 30;

Result<ToolOutput> run_shell_tool(const std::string& script, CommandSpec command = {},
                                  Json arguments = Json::object()) {
  command.spec.name = "shell";
  command.command = {"/bin/sh", "-c", script};
  return make_command_tool(std::move(command))->run(arguments, long_enough, never_cancelled());
}

std::string text_of(const ToolOutput& output) {
  std::string text;
  for (const ToolPiece& piece : output.pieces) text += piece.text;
  return text;
}

TEST(CommandTool, GetsItsArgumentsAsOneObjectAndTheEndOfItsInput) {
  const auto output = run_shell_tool("cat", {}, Json::object({{"town", "Ely\n\"x\""}, {"n", 3}}));
  ASSERT_TRUE(output.ok());
  EXPECT_EQ(output->failure, "");
  EXPECT_EQ(text_of(*output), R"({"town":"Ely\n\"x\"","n":3})"
                              "\n");
}

TEST(CommandTool, KnowsNoKeyOfOurs) {
  ::setenv("META_AI_API_KEY", "secret-1", 1);
  ::setenv("OPENAI_API_KEY", "secret-2", 1);
  ::setenv("KINDLING_TEST_ANYTHING", "secret-3", 1);
  const auto output = run_shell_tool("env; cat /proc/self/environ | tr '\\0' '\\n'");
  ASSERT_TRUE(output.ok());
  EXPECT_EQ(text_of(*output).find("secret"), std::string::npos) << text_of(*output);
  EXPECT_NE(text_of(*output).find("PATH="), std::string::npos);
}

TEST(CommandTool, ThatHangsIsStopped) {
  CommandSpec command;
  command.seconds_max = .3;
  const Stopwatch watch;
  const auto output = run_shell_tool("echo begun; sleep 1000", command);
  ASSERT_TRUE(output.ok());
  EXPECT_LT(watch.seconds(), 5);
  EXPECT_EQ(output->failure, "it was stopped after 0.3 s");
  EXPECT_EQ(text_of(*output), "begun\n");
}

TEST(CommandTool, ThatDoesNotReadAndFillsItsInputIsStoppedToo) {
  CommandSpec command;
  command.seconds_max = .3;
  const auto output = run_shell_tool("sleep 1000", command, Json::object({{"x", std::string(4u << 20, 'x')}}));
  ASSERT_TRUE(output.ok());
  EXPECT_EQ(output->failure, "it was stopped after 0.3 s");
}

TEST(CommandTool, ThatFloodsIsCutAndStopped) {
  CommandSpec command;
  command.output_bytes_max = 5'000;
  const Stopwatch watch;
  const auto output = run_shell_tool("yes 'ä line of text'", command);
  ASSERT_TRUE(output.ok());
  EXPECT_LT(watch.seconds(), 5);
  EXPECT_EQ(output->failure, "");
  EXPECT_LE(text_of(*output).size(), 5'000u);
  EXPECT_GT(text_of(*output).size(), 4'900u);
  EXPECT_EQ(output->summary, "stopped after 5000 bytes, which is all that is taken");
  EXPECT_GT(output->pieces.size(), 5u);  // so that it can be cut in parts
}

TEST(CommandTool, ThatFailsSaysHow) {
  const auto output = run_shell_tool("echo no such town; echo secret >&2; exit 1");
  ASSERT_TRUE(output.ok());
  EXPECT_EQ(output->failure, "it ended with exit status 1");
  EXPECT_EQ(text_of(*output), "no such town\n");
  EXPECT_EQ(run_shell_tool("kill -SEGV $$")->failure, "it ended with killed by signal 11 (Segmentation fault)");
}

TEST(CommandTool, ThatWritesBinaryIsNotRead) {
  for (const char* script : {"printf 'a\\000b'", "printf '\\377\\376'", "head -c 3000 /dev/urandom"}) {
    const auto output = run_shell_tool(script);
    ASSERT_TRUE(output.ok());
    EXPECT_EQ(output->failure, "it printed bytes that are not text") << script;
    EXPECT_TRUE(output->pieces.empty());
  }
}

TEST(CommandTool, ThatIsNotThereIsAnError) {
  CommandSpec command;
  command.command = {"/nonexistent/tool"};
  const auto output = make_command_tool(command)->run(Json::object(), long_enough, never_cancelled());
  ASSERT_FALSE(output.ok());
  EXPECT_EQ(output.error().code, ErrorCode::not_found);
}

TEST(CommandTool, StopsWhenTheUserDoes) {
  CommandSpec command;
  command.command = {"/bin/sh", "-c", "sleep 1000"};
  Cancellation cancellation;
  cancellation.cancel();
  const Stopwatch watch;
  const auto output = make_command_tool(command)->run(Json::object(), long_enough, cancellation);
  ASSERT_FALSE(output.ok());
  EXPECT_EQ(output.error().code, ErrorCode::cancelled);
  EXPECT_LT(watch.seconds(), 5);
}

}  // namespace
}  // namespace kindling
