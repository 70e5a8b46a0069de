#include "cli/npy_rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <vector>

#include "cli/npy.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

std::string values_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

// A file of version 1 with this description, as it stands.
std::string described(std::string description, const std::vector<float>& values) {
  while ((10 + description.size() + 1) % 64 != 0) description.push_back(' ');
  description.push_back('\n');
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes.push_back(static_cast<char>(description.size() & 0xff));
  bytes.push_back(static_cast<char>(description.size() >> 8));
  return bytes + description + values_of(values);
}

class NpyRowsTest : public testing::Test {
 protected:
  Result<NpyRows> open(const std::string& bytes, std::size_t columns_max = 8) {
    const auto path = folder_.path() / "x.npy";
    std::ofstream(path, std::ios::binary) << bytes;
    return NpyRows::open(system_files(), path, columns_max);
  }
  void expect(ErrorCode code, const std::string& bytes) {
    const auto rows = open(bytes);
    ASSERT_FALSE(rows.ok()) << bytes;
    EXPECT_EQ(rows.error().code, code) << rows.error().sentence();
    EXPECT_NE(rows.error().where.find("x.npy"), std::string::npos);
    EXPECT_FALSE(rows.error().why.empty());
  }

 private:
  TemporaryFolder folder_;
};

const std::vector<float> six = {1, 2, 3, 4, 5, 6};

TEST_F(NpyRowsTest, ReadsWhatTheWriterWrites) {
  const auto rows = open(npy_header(2, 3) + values_of(six));
  ASSERT_TRUE(rows.ok()) << rows.error().sentence();
  EXPECT_EQ(rows->rows(), 2u);
  EXPECT_EQ(rows->columns(), 3u);
  EXPECT_EQ(std::vector<float>(rows->values().begin(), rows->values().end()), six);
}

TEST_F(NpyRowsTest, ReadsKeysInAnyOrderAndLongerHeaders) {
  const std::string description = "{\"shape\":(3,2,),  'fortran_order' : False, 'descr':'<f4'}";
  EXPECT_TRUE(open(described(description, six)).ok());
  std::string second = described(description, six);
  const std::string length = second.substr(8, 2) + std::string("\0\0", 2);
  second = second.substr(0, 6) + std::string("\x02\x00", 2) + length + second.substr(10);
  const auto shape = read_npy_shape(second);
  ASSERT_TRUE(shape.ok());
  EXPECT_EQ(shape->rows, 3u);
  EXPECT_EQ(shape->data, second.size() - 24);
  // Two bytes off a multiple of four: read by the format, refused by who reads in place.
  expect(ErrorCode::malformed, second);
}

TEST_F(NpyRowsTest, RefusesOtherKindsByName) {
  for (const char* description : {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }",
                                  "{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }",
                                  "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }",
                                  "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }",
                                  "{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
                                  "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }",
                                  "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }",
                                  "{'descr': '<f4', 'fortran_order': False, 'shape': (6, 0), }"}) {
    expect(ErrorCode::unsupported, described(description, six));
  }
  expect(ErrorCode::too_large, npy_header(1, 9) + values_of(std::vector<float>(9)));
  expect(ErrorCode::too_large, npy_header(std::size_t{1} << 32, 3) + values_of(six));
}

TEST_F(NpyRowsTest, RefusesSizesThatAreNotTheFiles) {
  expect(ErrorCode::malformed, npy_header(3, 3) + values_of(six));
  expect(ErrorCode::malformed, npy_header(1, 3) + values_of(six));
  expect(ErrorCode::malformed, npy_header(2, 3) + values_of(six) + "x");
  // Whose product is six, as far as 64 bits can tell.
  expect(ErrorCode::too_large,
         described("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775811, 2), }", six));
  expect(ErrorCode::malformed,
         described("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 2), }", six));
}

TEST_F(NpyRowsTest, RefusesNumbersThatAreNone) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    auto values = six;
    values[4] = bad;
    expect(ErrorCode::unsupported, npy_header(2, 3) + values_of(values));
  }
}

TEST_F(NpyRowsTest, RefusesWhatIsNoHeader) {
  expect(ErrorCode::malformed, "");
  expect(ErrorCode::malformed, "1 2 3\n4 5 6\n");
  expect(ErrorCode::malformed, described("{'descr': '<f4', 'fortran_order': False}", six));
  expect(ErrorCode::malformed, described("{'descr': '<f4', 'descr': '<f4', 'shape': (2, 3)}", six));
  expect(ErrorCode::malformed,
         described("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} + f()", six));
  expect(ErrorCode::malformed, described("{'descr': '<f4', 'fortran_order': False, 'shape': (2, -3)}", six));
}

// Any byte of the header changed, any length cut: an error or a shape, and never a step outside.
TEST_F(NpyRowsTest, LivesThroughDamage) {
  const std::string whole = npy_header(2, 3) + values_of(six);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_npy_shape(whole.substr(0, size)).ok() && size < 128);
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = whole;
    for (int n = 0; n < 3; ++n) damaged[random() % 128] = static_cast<char>(random());
    static_cast<void>(read_npy_shape(damaged));
  }
}

}  // namespace
}  // namespace kindling
