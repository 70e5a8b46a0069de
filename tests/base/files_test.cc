#include "base/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

class FilesTest : public testing::Test {
 protected:
  Files& files_ = system_files();
  TemporaryFolder folder_;
};

TEST_F(FilesTest, WrittenBytesAreReadAndMapped) {
  const auto path = folder_.path() / "a";
  ASSERT_TRUE(write_atomically(files_, path, "hello").ok());
  EXPECT_EQ(files_.read(path, 100).value(), "hello");
  EXPECT_EQ(files_.map(path).value()->bytes(), "hello");
  EXPECT_EQ(files_.list(folder_.path()).value(), std::vector<std::string>{"a"});
  EXPECT_EQ(files_.info(path)->bytes, 5u);
}

TEST_F(FilesTest, SaysWhatIsWrong) {
  EXPECT_EQ(files_.read(folder_.path() / "none", 10).error().code, ErrorCode::not_found);
  EXPECT_EQ(files_.read(folder_.path(), 10).error().code, ErrorCode::unreadable);
  ASSERT_TRUE(write_atomically(files_, folder_.path() / "big", std::string(11, 'x')).ok());
  EXPECT_EQ(files_.read(folder_.path() / "big", 10).error().code, ErrorCode::too_large);
}

TEST_F(FilesTest, ANamedPipeDoesNotHang) {
  const auto pipe = folder_.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(files_.read(pipe, 10).error().code, ErrorCode::unreadable);
}

TEST_F(FilesTest, ASecondLockNamesTheHolder) {
  const auto path = folder_.path() / "lock";
  auto first = files_.lock(path, "process 42").value();
  const auto second = files_.lock(path, "process 43");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::index_locked);
  EXPECT_NE(second.error().why.find("process 42"), std::string::npos);
  first.reset();
  EXPECT_TRUE(files_.lock(path, "process 43").ok());
}

}  // namespace
}  // namespace kindling
