// Measured costs in a file: found again, and never a reason to fail or to plan by another machine's.
#include "index/vectors/kept_costs.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/digest.h"
#include "base/env.h"
#include "tests/support/environment.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t wide = 384;

VectorCosts some_costs() {
  VectorCosts costs;
  costs.block = {31.5, 1.0 / 3};
  costs.full_row.many = 1e-2;
  costs.tested = 123'456.789;
  costs.measured_ms = now_ms() - 1;
  return costs;
}

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(text.data(), static_cast<std::streamsize>(text.size()));
}

// With a checksum that fits: what somebody wrote on purpose.
std::string checked(std::string text) {
  text.resize(text.rfind("check "));
  return text + "check " + sha256_hex(text) + "\n";
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

class KeptCostsTest : public testing::Test {
 protected:
  [[nodiscard]] KeptCosts kept(const std::string& processor = "Some Processor 9",
                               const std::string& instructions = "avx2") const {
    return {system_files(), folder_.path() / "cache", processor, instructions};
  }
  TemporaryFolder folder_;
};

TEST_F(KeptCostsTest, AreReadAsTheyWereWritten) {
  EXPECT_EQ(kept().read(wide), std::nullopt);
  ASSERT_TRUE(kept().write(some_costs()));
  const auto read = kept().read(wide);
  ASSERT_TRUE(read);
  auto wanted = some_costs();
  wanted.measured_ms = read->measured_ms;
  EXPECT_EQ(*read, wanted);
  EXPECT_TRUE(read->measured());
  EXPECT_EQ(kept().read(wide + 1), std::nullopt);  // of other vectors
  struct stat status {};
  ASSERT_EQ(::stat(kept().path(wide).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(KeptCostsTest, AreMeasuredOnce) {
  const VectorCosts measured = kept().read_or_measure(48);
  EXPECT_TRUE(measured.measured());
  EXPECT_EQ(kept().read(48), measured);
  EXPECT_EQ(kept().read_or_measure(48), measured);  // no two measurements are alike
  put(kept().path(48), "kindling");
  const VectorCosts again = kept().read_or_measure(48);
  EXPECT_NE(again, measured);
  EXPECT_EQ(kept().read(48), again);
}

TEST_F(KeptCostsTest, OfADamagedFileAreNotUsed) {
  ASSERT_TRUE(kept().write(some_costs()));
  const fs::path path = kept().path(wide);
  const std::string good = text_of(path);
  for (std::size_t size = 0; size < good.size(); ++size) {
    put(path, good.substr(0, size));
    EXPECT_EQ(kept().read(wide), std::nullopt) << "of " << size << " bytes";
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string spoilt = good;
    spoilt[at] = static_cast<char>(spoilt[at] ^ 1);
    put(path, spoilt);
    EXPECT_EQ(kept().read(wide), std::nullopt) << "byte " << at;
  }
  put(path, good + "\n");
  EXPECT_EQ(kept().read(wide), std::nullopt);
  put(path, good + std::string(10'000, 'x'));
  EXPECT_EQ(kept().read(wide), std::nullopt);
  put(path, good);
  EXPECT_TRUE(kept().read(wide));
}

TEST_F(KeptCostsTest, ThatNobodyMeasuresAreNotUsedWhateverTheChecksum) {
  ASSERT_TRUE(kept().write(some_costs()));
  const fs::path path = kept().path(wide);
  const std::string good = text_of(path);
  put(path, checked(good));
  EXPECT_TRUE(kept().read(wide));
  const std::string measured = "measured " + std::to_string(kept().read(wide)->measured_ms);
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"list ", "list -"},
           {"block 31.5", "block nan"},
           {"block 31.5", "block inf"},
           {"block 31.5", "block 0"},
           {"block 31.5", "block 1e10"},
           {"block 31.5", "block  31.5"},
           {"block 31.5", "block 31.5 7"},
           {"dimensions 384", "dimensions 385"},
           {"costs 1", "costs 2"},
           {"kept ", "keeps "},
           {measured, "measured 0"},
           {measured, "measured " + std::to_string(now_ms() + 3'600'000)},
           {measured, "measured " + std::to_string(now_ms() - KeptCosts::age_max_ms - 1'000)}}) {
    put(path, checked(replaced(good, from, to)));
    EXPECT_EQ(kept().read(wide), std::nullopt) << to;
  }
}

TEST_F(KeptCostsTest, OfAnotherProcessorOrInstructionsAreNotUsed) {
  ASSERT_TRUE(kept().write(some_costs()));
  const std::string good = text_of(kept().path(wide));
  for (const KeptCosts& other : {kept("Some Processor 8"), kept("Some Processor 9", "avx512"), kept("", "")}) {
    EXPECT_EQ(other.read(wide), std::nullopt);
    ASSERT_NE(other.path(wide), kept().path(wide));
    put(other.path(wide), good);  // under the name that would be theirs
    ASSERT_EQ(::chmod(other.path(wide).c_str(), 0600), 0);
    EXPECT_EQ(other.read(wide), std::nullopt);
    ASSERT_TRUE(other.write(some_costs()));
    EXPECT_TRUE(other.read(wide));
  }
  EXPECT_TRUE(kept().read(wide));
}

TEST_F(KeptCostsTest, ThatOthersMayReadOrALinkNamesAreNotUsed) {
  ASSERT_TRUE(kept().write(some_costs()));
  const fs::path path = kept().path(wide);
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_EQ(kept().read(wide), std::nullopt);
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  EXPECT_TRUE(kept().read(wide));
  fs::rename(path, folder_.path() / "elsewhere");
  fs::create_symlink(folder_.path() / "elsewhere", path);
  EXPECT_EQ(kept().read(wide), std::nullopt);
}

TEST_F(KeptCostsTest, WithoutAPlaceAreNotKept) {
  const ScopedEnvironment nowhere{{"XDG_CACHE_HOME", ""}, {"HOME", ""}};
  const KeptCosts none(system_files());
  EXPECT_TRUE(none.path(wide).empty());
  EXPECT_FALSE(none.write(some_costs()));
  EXPECT_EQ(none.read(wide), std::nullopt);
  const ScopedEnvironment barred{{"XDG_CACHE_HOME", "/proc/no/such"}};
  EXPECT_FALSE(KeptCosts(system_files()).write(some_costs()));
  EXPECT_EQ(KeptCosts(system_files()).read(wide), std::nullopt);
}

TEST_F(KeptCostsTest, LieInTheUsersCacheFolder) {
  const ScopedEnvironment cache{{"XDG_CACHE_HOME", folder_.path().string()}};
  const KeptCosts own(system_files());
  EXPECT_EQ(own.path(wide).parent_path(), folder_.path() / "kindling" / "costs");
  ASSERT_TRUE(own.write(some_costs()));
  EXPECT_TRUE(KeptCosts(system_files()).read(wide));
}

}  // namespace
}  // namespace kindling
