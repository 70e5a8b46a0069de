#include "encoder/safetensors.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/encoder/tiny_model.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

class SafetensorsTest : public testing::Test {
 protected:
  Result<Safetensors> open(std::string_view bytes) {
    write_file(folder_.path() / "weights", bytes);
    return Safetensors::open(system_files().map(folder_.path() / "weights").value());
  }

  void expect_malformed(std::string_view header, std::size_t data_bytes, std::string_view why) {
    const auto opened = open(safetensors_bytes(header, std::string(data_bytes, '\0')));
    ASSERT_FALSE(opened.ok()) << header;
    EXPECT_EQ(to_string(opened.error().code), to_string(ErrorCode::malformed)) << header;
    EXPECT_NE(opened.error().sentence().find(why), std::string::npos) << opened.error().sentence();
  }

  TemporaryFolder folder_;
};

TEST_F(SafetensorsTest, TensorsAreReadInPlace) {
  const TinyModel model = make_tiny_model();
  const auto opened = open(safetensors_bytes(model));
  ASSERT_TRUE(opened.ok()) << opened.error().sentence();
  for (const auto& [name, tensor] : model.tensors) {
    const auto values = opened->floats(name, tensor.shape);
    ASSERT_TRUE(values.ok()) << values.error().sentence();
    EXPECT_TRUE(std::ranges::equal(*values, tensor.values));
  }
}

TEST_F(SafetensorsTest, AnotherShapeTypeOrNameIsSaid) {
  const auto opened = open(safetensors_bytes(
      R"({"a":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}   )",
      std::string(16, '\0')));
  ASSERT_TRUE(opened.ok()) << opened.error().sentence();
  EXPECT_EQ(opened->floats("a", {2, 2}).error().code, ErrorCode::unsupported);
  EXPECT_NE(opened->floats("a", {2, 2}).error().sentence().find("F16"), std::string::npos);
  EXPECT_NE(opened->floats("b", {3}).error().sentence().find("config.json asks for 3"), std::string::npos);
  EXPECT_EQ(opened->floats("c", {2}).error().code, ErrorCode::configuration);
}

TEST_F(SafetensorsTest, HostileHeadersAreRefused) {
  expect_malformed("", 0, "header");
  expect_malformed("[]", 0, "not a JSON object");
  expect_malformed(R"({"a":1})", 0, "lacks");
  expect_malformed(R"({"a":{"dtype":"F32","shape":[1]}})", 4, "lacks");
  expect_malformed(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4, "lacks");
  expect_malformed(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, "shape");
  expect_malformed(R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4, "shape");
  expect_malformed(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}})", 4, "lacks");
  expect_malformed(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4, "overlaps");
  expect_malformed(R"({"a":{"dtype":"X99","shape":[1],"data_offsets":[0,4]}})", 4, "unknown type");
  expect_malformed(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "shape");
  expect_malformed(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 5, "after its last");
  // Overflows: the product, and the offsets.
  expect_malformed(R"({"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}})", 0,
                   "impossible shape");
  expect_malformed(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0,
                   "impossible shape");
  expect_malformed(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}})", 4, "is cut");
  expect_malformed(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551615]}})", 4, "lacks");
  // Overlapping, leaving a hole, the same name twice.
  expect_malformed(
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
      12, "overlaps");
  expect_malformed(
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
      12, "hole");
}

TEST_F(SafetensorsTest, EveryCutIsNoticed) {
  const std::string whole = safetensors_bytes(make_tiny_model());
  for (std::size_t size = 0; size < whole.size(); size += size < 40 ? 1 : 997) {
    const auto opened = open(std::string_view(whole).substr(0, size));
    ASSERT_FALSE(opened.ok()) << size << " bytes";
    EXPECT_EQ(opened.error().code, ErrorCode::malformed) << size << " bytes";
  }
  EXPECT_FALSE(open(whole + "x").ok());
}

TEST_F(SafetensorsTest, AnAbsurdHeaderLengthIsRefused) {
  EXPECT_EQ(open(std::string(8, '\xff') + "{}").error().code, ErrorCode::too_large);
}

TEST_F(SafetensorsTest, FlippedBytesInTheHeaderNeverCrash) {
  const TinyModel model = make_tiny_model();
  const std::string whole = safetensors_bytes(model);
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::string broken = whole;
    broken[random() % 4000] = static_cast<char>(random());
    const auto opened = open(broken);
    if (!opened.ok()) continue;
    for (const auto& [name, tensor] : model.tensors) {
      const auto values = opened->floats(name, tensor.shape);
      if (values.ok()) {
        EXPECT_EQ(values->size(), tensor.values.size());
      }
    }
  }
}

}  // namespace
}  // namespace kindling
