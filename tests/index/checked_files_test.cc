// What is believed without a look, and what is not.

#include "base/checked_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/cancellation.h"
#include "base/file_identity.h"
#include "index/store/index_files.h"
#include "index/store/segment.h"
#include "index/writer.h"
#include "tests/index/collection.h"
#include "tests/support/environment.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

class CheckedFilesTest : public testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(file_) << text; }
  [[nodiscard]] CheckedFiles checked() const { return {system_files(), marks_}; }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "segment";
  std::filesystem::path marks_ = folder_.path() / "cache" / "checked";
};

TEST_F(CheckedFilesTest, AFileIsRememberedAcrossObjects) {
  write("text");
  EXPECT_FALSE(checked().contains(file_, 7));
  checked().insert(file_, 7);
  EXPECT_TRUE(checked().contains(file_, 7));
  EXPECT_FALSE(checked().contains(file_, 8));  // of another header
}

TEST_F(CheckedFilesTest, AChangedFileIsAnother) {
  write("text");
  checked().insert(file_, 7);
  const std::string before = file_identity(file_);
  while (file_identity(file_) == before)
    write("Text");  // of the same length; clocks tick every few milliseconds
  EXPECT_FALSE(checked().contains(file_, 7));
}

TEST_F(CheckedFilesTest, AFileInItsPlaceIsAnother) {
  write("text");
  checked().insert(file_, 7);
  const std::filesystem::path other = folder_.path() / "other";
  std::ofstream(other) << "text";
  std::filesystem::last_write_time(other, std::filesystem::last_write_time(file_));
  std::filesystem::rename(other, file_);
  EXPECT_FALSE(checked().contains(file_, 7));
}

TEST_F(CheckedFilesTest, MarksThatOthersMayWriteAreNotBelieved) {
  write("text");
  checked().insert(file_, 7);
  for (const auto& mark : std::filesystem::directory_iterator(marks_)) ::chmod(mark.path().c_str(), 0666);
  EXPECT_FALSE(checked().contains(file_, 7));
}

TEST_F(CheckedFilesTest, WithoutAFolderNothingIsRemembered) {
  write("text");
  CheckedFiles none(system_files(), {});
  none.insert(file_, 7);
  EXPECT_FALSE(none.contains(file_, 7));
  EXPECT_FALSE(checked().contains(folder_.path() / "missing", 7));
}

TEST_F(CheckedFilesTest, TheFolderDoesNotGrowForever) {
  write("text");
  CheckedFiles files = checked();
  for (std::uint32_t check = 0; check < 700; ++check) files.insert(file_, check);
  std::size_t marks = 0;
  for ([[maybe_unused]] const auto& mark : std::filesystem::directory_iterator(marks_)) ++marks;
  EXPECT_LE(marks, 256U);
  EXPECT_TRUE(files.contains(file_, 699));
}

// A segment of which everything counts as large: checked once, believed after, looked at again once touched.
TEST_F(CheckedFilesTest, ALargeSegmentThatWasChangedIsCheckedAgain) {
  const ScopedEnvironment cache{{"XDG_CACHE_HOME", marks_.string()}};
  const std::filesystem::path index = folder_.path() / "index";
  {
    const auto writer = Writer::open(system_files(), index, settings_with(0)).value();
    ASSERT_TRUE(writer->put(make_document("/a", "Locks", "The lock of the canal is deep.")).ok());
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  }
  const std::filesystem::path file = index / segment_file_name(1);
  const std::uint32_t check = RegionFile::open(system_files(), file, FileKind::segment, 1)->check();
  const auto open = [&](std::uint64_t checked_bytes) {
    return Segment::open(system_files(), index, 1, check, checked_bytes);
  };
  ASSERT_TRUE(open(0).ok());
  const std::filesystem::path marks = marks_ / "kindling" / "checked";
  ASSERT_FALSE(std::filesystem::is_empty(marks));
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(bytes)), std::istreambuf_iterator<char>());
  const std::size_t heading = text.find("Locks");  // in region heading_bytes, which is structure
  ASSERT_NE(heading, std::string::npos);
  const std::string before = file_identity(file);
  while (file_identity(file) == before) {
    bytes.seekp(static_cast<std::streamoff>(heading)).put('D').flush();
  }
  EXPECT_FALSE(open(0).ok());
  EXPECT_FALSE(open(Segment::check_whatever_the_size).ok());
}

// What a mark is for: with one, the structure is not looked at.
TEST_F(CheckedFilesTest, AMarkedSegmentIsBelieved) {
  const ScopedEnvironment cache{{"XDG_CACHE_HOME", marks_.string()}};
  const std::filesystem::path index = folder_.path() / "index";
  {
    const auto writer = Writer::open(system_files(), index, settings_with(0)).value();
    ASSERT_TRUE(writer->put(make_document("/a", "Locks", "The lock of the canal is deep.")).ok());
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  }
  const std::filesystem::path file = index / segment_file_name(1);
  const std::uint32_t check = RegionFile::open(system_files(), file, FileKind::segment, 1)->check();
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(bytes)), std::istreambuf_iterator<char>());
  bytes.seekp(static_cast<std::streamoff>(text.find("Locks"))).put('D').flush();
  EXPECT_FALSE(Segment::open(system_files(), index, 1, check, 0).ok());
  CheckedFiles(system_files(), marks_ / "kindling" / "checked").insert(file, check);
  EXPECT_TRUE(Segment::open(system_files(), index, 1, check, 0).ok());
  EXPECT_FALSE(Segment::open(system_files(), index, 1, check).ok());  // small: always looked at
}

}  // namespace
}  // namespace kindling
