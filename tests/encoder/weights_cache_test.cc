// Packed weights in a file: found again, and never a reason to fail.
#include "encoder/weights_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <set>

#include "base/checked_files.h"
#include "base/file_identity.h"
#include "base/simd/multiply_bf16.h"
#include "base/simd/vectors.h"
#include "encoder/encoder.h"
#include "tests/encoder/on_every_target.h"
#include "tests/encoder/tiny_model.h"
#include "tests/support/environment.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class WeightsCacheTest : public testing::Test {
 protected:
  WeightsCacheTest() { write_model(model_, folder_.path() / "tiny"); }

  [[nodiscard]] std::unique_ptr<Encoder> open(std::optional<Precision> precision = Precision::int8) const {
    auto encoder = open_encoder(folder_.path() / "tiny", precision);
    if (!encoder.ok()) ADD_FAILURE() << encoder.error().sentence();
    return std::move(encoder).value();
  }
  [[nodiscard]] static std::vector<float> encode(const Encoder& encoder) {
    const std::vector<std::string_view> texts = {"the cat sat.", "cats", "a b c d e f g"};
    return encoder.encode(texts, {}, never_cancelled()).value().values;
  }
  [[nodiscard]] fs::path cache() const { return folder_.path() / "cache" / "kindling" / "encoder"; }
  [[nodiscard]] std::vector<fs::path> cached() const {
    std::vector<fs::path> files;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(cache(), none)) files.push_back(entry.path());
    return files;
  }
  // How many files are remembered as whole.
  [[nodiscard]] std::size_t marks() const {
    std::error_code none;
    const fs::directory_iterator all(cache().parent_path() / "checked", none);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  // The one file, after it has been made.
  [[nodiscard]] fs::path make_file() const {
    static_cast<void>(open());
    const auto files = cached();
    EXPECT_EQ(files.size(), 1u);
    return files.empty() ? fs::path() : files.front();
  }

  TemporaryFolder folder_;
  TinyModel model_ = make_tiny_model();
  ScopedEnvironment environment_{{"XDG_CACHE_HOME", (folder_.path() / "cache").string()}};
};

TEST_F(WeightsCacheTest, TheSecondStartMapsWhatTheFirstPacked) {
  on_every_target([&] {
    fs::remove_all(folder_.path() / "cache");
    const std::vector<float> first = encode(*open());
    ASSERT_EQ(cached().size(), 1u);
    struct stat status {};
    ASSERT_EQ(::stat(cached().front().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    const auto inode = status.st_ino;
    EXPECT_EQ(encode(*open()), first);
    ASSERT_EQ(::stat(cached().front().c_str(), &status), 0);
    EXPECT_EQ(status.st_ino, inode) << "it was written again";
  });
}

TEST_F(WeightsCacheTest, EightBitsAreNearSinglePrecision) {
  on_every_target([&] {
    const auto exact = encode(*open(Precision::f32)), eight = encode(*open());
    const std::size_t width = model_.shape.hidden;
    for (std::size_t i = 0; i < exact.size(); i += width) {
      EXPECT_GT(inner_product(std::span(exact).subspan(i, width), std::span(eight).subspan(i, width)), 0.99f);
    }
  });
}

TEST_F(WeightsCacheTest, Bfloat16IsNearerStillOrIsSinglePrecision) {
  on_every_packed_target([&] {
    const auto encoder = open(Precision::bf16);
    EXPECT_EQ(encoder->precision(), bf16_is_fast() ? Precision::bf16 : Precision::f32);
    const auto exact = encode(*open(Precision::f32)), rounded = encode(*encoder);
    if (!bf16_is_fast()) {
      EXPECT_EQ(rounded, exact);
    }
    const std::size_t width = model_.shape.hidden;
    for (std::size_t i = 0; i < exact.size(); i += width) {
      EXPECT_GT(inner_product(std::span(exact).subspan(i, width), std::span(rounded).subspan(i, width)),
                0.999f);  // a small model of random weights; docs/encoder.md has a real one's
    }
  });
}

// What an earlier start packed for other instructions, or in other numbers, is another file.
TEST_F(WeightsCacheTest, EveryPlanHasAFileOfItsOwn) {
  std::set<std::string> names;
  on_every_packed_target([&] {
    names.insert(int8_plan().name());
    if (bf16_is_fast()) names.insert(bf16_plan().name());
    const std::vector<float> first = encode(*open());
    EXPECT_EQ(encode(*open()), first);
    static_cast<void>(open(Precision::bf16));
  });
  EXPECT_EQ(cached().size(), names.size());
}

TEST_F(WeightsCacheTest, AllPrecisionsHaveOneFingerprint) {
  EXPECT_EQ(open(Precision::f32)->fingerprint(), open(Precision::bf16)->fingerprint());
  EXPECT_EQ(open(Precision::f32)->fingerprint(), open(Precision::int8)->fingerprint());
  EXPECT_EQ(open(Precision::f32)->precision(), Precision::f32);
  EXPECT_EQ(open(Precision::int8)->precision(), Precision::int8);
}

TEST_F(WeightsCacheTest, SinglePrecisionKeepsNothing) {
  static_cast<void>(open(Precision::f32));
  EXPECT_TRUE(cached().empty());
}

// Every byte counts: the heading, the agreement, the checksum and all that it covers.
TEST_F(WeightsCacheTest, ADamagedFileIsMadeAnew) {
  const fs::path path = make_file();
  const std::string whole = bytes_of(path);
  const std::vector<float> vectors = encode(*open());
  for (std::size_t at = 0; at < whole.size(); at = at < 256 ? at + 15 : at + 9'973) {
    std::string damaged = whole;
    damaged[at] ^= 0x10;
    write_file(path, damaged);
    ASSERT_EQ(encode(*open()), vectors) << at;
    ASSERT_EQ(bytes_of(path), whole) << at;
  }
  for (const std::string& other :
       {std::string(), whole.substr(0, 100), whole.substr(0, whole.size() - 64), whole + "x"}) {
    write_file(path, other);
    ASSERT_EQ(encode(*open()), vectors) << other.size();
    ASSERT_EQ(bytes_of(path), whole) << other.size();
  }
}

// A byte of the first layer's weights becomes another, and the file's identity with it.
void damage(const fs::path& path) {
  const std::string before = file_identity(path);
  std::string bytes = bytes_of(path);
  bytes[300] ^= 0x10;
  while (file_identity(path) == before) write_file(path, bytes);  // clocks tick every few milliseconds
}

TEST_F(WeightsCacheTest, AFileThatIsDamagedAfterItWasFoundWholeIsMadeAnew) {
  const fs::path path = make_file();
  const std::string whole = bytes_of(path);
  const std::vector<float> vectors = encode(*open());
  EXPECT_EQ(marks(), 1u);
  EXPECT_EQ(encode(*open()), vectors);  // believed
  EXPECT_EQ(marks(), 1u);
  damage(path);
  EXPECT_EQ(encode(*open()), vectors);
  EXPECT_EQ(bytes_of(path), whole);
}

TEST_F(WeightsCacheTest, ADamagedFileIsNeverRemembered) {
  const fs::path path = make_file();
  EXPECT_EQ(marks(), 0u) << "nobody has read it yet";
  damage(path);
  static_cast<void>(open());
  EXPECT_EQ(marks(), 0u);
}

// What a mark is for: with one, the weights are not summed up again.
TEST_F(WeightsCacheTest, AFileThatWasFoundWholeIsBelieved) {
  const fs::path path = make_file();
  const auto encoder = open();
  const std::vector<float> vectors = encode(*encoder);
  damage(path);
  const std::string damaged = bytes_of(path);
  const auto weights =
      PackedWeights::open(system_files().map(path).value(), model_.shape, int8_plan(), encoder->fingerprint());
  ASSERT_NE(weights, nullptr);
  EXPECT_FALSE(weights->whole());
  CheckedFiles(system_files(), cache().parent_path() / "checked").insert(path, weights->checksum());
  EXPECT_NE(encode(*open()), vectors);
  EXPECT_EQ(bytes_of(path), damaged) << "it was written again";
}

TEST_F(WeightsCacheTest, AnotherModelsFileIsNotTaken) {
  const fs::path path = make_file();
  const std::string first = bytes_of(path);
  fs::remove(path);
  write_model(make_tiny_model(2), folder_.path() / "tiny");
  const std::vector<float> vectors = encode(*open());
  const auto files = cached();
  ASSERT_EQ(files.size(), 1u);
  EXPECT_NE(files.front(), path);
  write_file(files.front(), first);
  EXPECT_EQ(encode(*open()), vectors);
}

TEST_F(WeightsCacheTest, AFileThatOthersMayWriteOrALinkIsNotTaken) {
  const fs::path path = make_file();
  const std::vector<float> vectors = encode(*open());
  fs::permissions(path, fs::perms::owner_all | fs::perms::others_write);
  EXPECT_EQ(encode(*open()), vectors);
  EXPECT_TRUE(system_files().info(path)->is_private);
  fs::rename(path, folder_.path() / "elsewhere");
  fs::create_symlink(folder_.path() / "elsewhere", path);
  EXPECT_EQ(encode(*open()), vectors);
  EXPECT_FALSE(system_files().info(path)->symbolic_link);
}

TEST_F(WeightsCacheTest, NothingFailsWhereNothingCanBeKept) {
  const std::vector<float> vectors = encode(*open());
  fs::remove_all(folder_.path() / "cache");
  write_file(folder_.path() / "cache", "a file where the folder should be");
  EXPECT_EQ(encode(*open()), vectors);
  const ScopedEnvironment none{{"XDG_CACHE_HOME", ""}, {"HOME", ""}};
  EXPECT_TRUE(weights_cache_folder().empty());
  EXPECT_EQ(encode(*open()), vectors);
  const ScopedEnvironment full{{"XDG_CACHE_HOME", "/proc/no/such"}};
  EXPECT_EQ(encode(*open()), vectors);
}

TEST_F(WeightsCacheTest, UnaskedBfloat16MustAgree) {
  const fs::path path = make_file();
  auto packed = PackedWeights::pack({}, NetworkShape{}, int8_plan(), "x", {});
  EXPECT_EQ(packed.agreement(), 0);
  packed.set_agreement(0.99f);
  EXPECT_EQ(packed.agreement(), 0.99f);
  // Random weights that are all alike but for one: what fewer bits cannot tell apart.
  for (auto& [name, tensor] : model_.tensors) {
    if (!name.ends_with("dense.weight") && !name.ends_with("key.weight")) continue;
    for (std::size_t i = 0; i < tensor.values.size(); i += tensor.shape[1]) tensor.values[i] = 500.0f;
  }
  write_model(model_, folder_.path() / "tiny");
  EXPECT_EQ(open({})->precision(), Precision::f32);
  EXPECT_EQ(open(Precision::int8)->precision(), Precision::int8);
}

}  // namespace
}  // namespace kindling
