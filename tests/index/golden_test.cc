// What released programs wrote stays readable: every document, what searches find, and the checks.
#include "tests/index/golden.h"

#include <gtest/gtest.h>

#include "tests/index/collection.h"
#include "tests/index/memory_folder.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t report_bytes_max = 1u << 20;

class Golden : public testing::TestWithParam<std::string> {
 protected:
  // SQLite writes beside a catalog that it reads: the committed folder stays as it is.
  Golden() { fs::copy(fs::path(KINDLING_GOLDEN_INDEXES) / GetParam(), index_); }

  [[nodiscard]] static std::string recorded() {
    return system_files()
        .read(fs::path(KINDLING_GOLDEN_INDEXES) / (GetParam() + ".txt"), report_bytes_max)
        .value();
  }
  [[nodiscard]] static IndexSettings settings() {
    for (const GoldenIndex& golden : golden_indexes()) {
      if (golden.name == GetParam()) return settings_with(golden.dimensions);
    }
    return {};
  }

  MemoryFolder folder_;
  fs::path index_ = folder_.path() / "index";
};

TEST_P(Golden, ReadsAsWhenItWasWritten) {
  EXPECT_EQ(golden_report(*open_snapshot(index_)), recorded());
  EXPECT_EQ(problems_of(index_), "");
}

TEST_P(Golden, CanBeWrittenToAndMerged) {
  auto before = describe(*open_snapshot(index_));
  const Document added = make_document("/new", "New", "A bridge of salt.");
  {
    auto writer = Writer::open(system_files(), index_, settings()).value();
    ASSERT_TRUE(writer->put(added).ok());
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
    ASSERT_TRUE(attach_pending(*writer, index_).ok());
    ASSERT_TRUE(writer->compact(never_cancelled()).ok());
  }
  before[added.uri] = describe(added);
  const auto after = open_snapshot(index_);
  EXPECT_EQ(describe(*after), before);
  EXPECT_EQ(after->statistics().segments, 1U);
  EXPECT_EQ(problems_of(index_), "");
}

std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  for (const GoldenIndex& golden : golden_indexes()) names.emplace_back(golden.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Index, Golden, testing::ValuesIn(golden_names()),
                         [](const testing::TestParamInfo<std::string>& name) { return name.param; });

}  // namespace
}  // namespace kindling
