#include "base/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

namespace kindling {
namespace {

using std::chrono::milliseconds;

// What a program says until it ends.
std::string everything_from(ChildProcess& child, std::string_view input = {}) {
  std::string said;
  for (;;) {
    const auto event = child.exchange(input, said, milliseconds(20'000));
    if (!event || *event != ChildProcess::Event::progress) return said;
  }
}

std::string shell(const std::string& script) {
  const auto child = ChildProcess::start("/bin/sh", {"-c", script});
  EXPECT_TRUE(child.ok());
  return everything_from(**child);
}

TEST(ChildProcess, TalksOverItsStandardInput) { EXPECT_EQ(shell("echo hello >&0"), "hello\n"); }

TEST(ChildProcess, SaysNothingOverItsStandardOutput) {
  EXPECT_EQ(shell("echo noise; echo noise >&2; echo word >&0"), "word\n");
}

TEST(ChildProcess, LearnsNoSecrets) {
  ::setenv("KINDLING_TEST_KEY", "secret", 1);
  EXPECT_EQ(shell("env >&0").find("secret"), std::string::npos);
}

TEST(ChildProcess, InheritsNoDescriptor) {
  const int open = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC, as careless libraries do
  EXPECT_EQ(shell("open=$(ls /proc/self/fd | wc -l); echo $open >&0"), "4\n");  // 0, 1, 2 and the folder itself
  ::close(open);
}

TEST(ChildProcess, TellsHowItEnded) {
  const auto ending = [](const char* script) {
    const auto child = ChildProcess::start("/bin/sh", {"-c", script}).value();
    everything_from(*child);
    return child->end();
  };
  EXPECT_EQ(ending("exit 3"), "exit status 3");
  EXPECT_EQ(ending("kill -SEGV $$"), "killed by signal 11 (Segmentation fault)");
}

TEST(ChildProcess, CanBeStopped) {
  const auto child = ChildProcess::start("/bin/sh", {"-c", "sleep 1000"}).value();
  EXPECT_TRUE(child->connected());
  EXPECT_EQ(child->end(), "stopped");
  EXPECT_NE(::kill(child->pid(), 0), 0);
}

TEST(ChildProcess, WritingToADeadOneIsNoSignal) {
  const auto child = ChildProcess::start("/bin/sh", {"-c", "exit 0"}).value();
  const std::string much(4u << 20, 'x');
  EXPECT_EQ(everything_from(*child, much), "");
}

TEST(ChildProcess, ThatDoesNotExistIsAnError) {
  EXPECT_EQ(ChildProcess::start("/nowhere/program", {}).error().code, ErrorCode::not_found);
  EXPECT_EQ(ChildProcess::start("/etc/hostname", {}).error().code, ErrorCode::unreadable);
}

TEST(FindProgram, LooksBesideThisExecutableAndInThePath) {
  EXPECT_EQ(find_program(this_executable().filename().string()), this_executable());
  EXPECT_TRUE(find_program("sh").has_value());
  EXPECT_FALSE(find_program("no-such-program-anywhere").has_value());
}

}  // namespace
}  // namespace kindling
