#include "cli/npy.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

// As numpy.lib.format describes version 1.0; np.save(np.zeros((2, 384), np.float32)) gives these bytes.
TEST(Npy, HeaderIsWhatNumpyWrites) {
  const std::string header = npy_header(2, 384);
  EXPECT_EQ(header.size(), 128u);
  EXPECT_EQ(header.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(header.substr(10, 60), "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 384), ");
  EXPECT_EQ(header.back(), '\n');
  for (const std::size_t rows : {0u, 1u, 1'000'000'000u}) EXPECT_EQ(npy_header(rows, 384).size() % 64, 0u);
}

TEST(Npy, FileAppearsOnlyWhenItIsWhole) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "v.npy";
  const std::vector<float> row = {1, 2, 3};
  {
    auto writer = NpyWriter::create(system_files(), path, 2, 3);
    ASSERT_TRUE(writer.ok());
    EXPECT_TRUE(writer->append(row).ok());
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_TRUE(writer->append(row).ok());
    EXPECT_TRUE(writer->finish().ok());
  }
  EXPECT_EQ(std::filesystem::file_size(path), 128u + 2 * 3 * sizeof(float));
}

}  // namespace
}  // namespace kindling
