// A process that is left to itself: it goes on when we would not, and holds nothing of ours.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "base/detached_process.h"
#include "base/private_file.h"
#include "tests/support/environment.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Waits for a file that is moved into place when it is whole.
std::string awaited(const std::filesystem::path& path) {
  for (int i = 0; i < 1'000 && !std::filesystem::exists(path); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return content_of(path);
}

TEST(DetachedProcess, LeadsItsOwnSessionInTheRootFolderWithOurEnvironment) {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "out").string();
  const ScopedEnvironment set{{"DETACHED_TEST", "a key"}};
  DetachedProcesses processes;
  ASSERT_TRUE(processes.start(
      "/bin/sh", {"-c", "(echo $DETACHED_TEST; pwd; cut -d' ' -f1,6 /proc/$$/stat; echo lost >&2; cat) > '" +
                            out + ".tmp'; mv '" + out + ".tmp' '" + out + "'"}));
  std::istringstream said(awaited(out));
  std::string key;
  std::string where;
  long pid = 0;
  long session = 0;
  std::getline(said, key);
  std::getline(said, where);
  said >> pid >> session;
  EXPECT_EQ(key, "a key");
  EXPECT_EQ(where, "/");
  EXPECT_GT(pid, 0);
  EXPECT_EQ(pid, session);
}

// A reader of our output must not wait for it.
TEST(DetachedProcess, HoldsNoPipeOfOurs) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  DetachedProcesses processes;
  ASSERT_TRUE(processes.start("/bin/sleep", {"2"}));
  ::close(ends[1]);
  const auto begin = std::chrono::steady_clock::now();
  char byte = 0;
  EXPECT_EQ(::read(ends[0], &byte, 1), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  ::close(ends[0]);
}

TEST(DetachedProcess, AProgramThatIsNotThereIsAnError) {
  DetachedProcesses processes;
  EXPECT_FALSE(processes.start("/nowhere/kindling", {}));
}

TEST(PrivateFile, IsNeverWrittenThroughALinkAndNeverHalf) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "theirs") << "theirs";
  std::filesystem::create_symlink(folder.path() / "theirs", folder.path() / "ours");
  ASSERT_TRUE(write_private_file(folder.path() / "ours", "ours"));
  EXPECT_EQ(content_of(folder.path() / "theirs"), "theirs");
  EXPECT_EQ(content_of(folder.path() / "ours"), "ours");
  EXPECT_FALSE(write_private_file(folder.path() / "none" / "file", "x"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2);  // no leftovers
}

}  // namespace
}  // namespace kindling
