#include "engine/pack/fence.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/digest.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

TEST(Fence, IsSixtyFourRandomBits) {
  std::set<std::string> fences;
  for (int i = 0; i < 1'000; ++i) {
    const std::string fence = random_fence();
    EXPECT_TRUE(check_fence(fence).ok()) << fence;
    fences.insert(fence);
  }
  EXPECT_EQ(fences.size(), 1'000u);
}

TEST(Fence, RefusesAnythingElse) {
  for (const std::string_view none : {"", "0123", "0123456789ABCDEF", "0123456789abcdef0", "0123456789abcde>"})
    EXPECT_EQ(check_fence(none).error().code, ErrorCode::usage) << none;
}

TEST(Fence, TheKeyedOneDependsOnKeyTextsOrderAndBorders) {
  const auto of = [](std::string_view key, std::vector<std::string_view> texts) {
    return keyed_fence(key, texts);
  };
  EXPECT_TRUE(check_fence(of("k", {"a"})).ok());
  EXPECT_EQ(of("k", {"a", "b"}), of("k", {"a", "b"}));
  const std::set<std::string> others{of("k", {"a", "b"}), of("l", {"a", "b"}), of("k", {"b", "a"}),
                                     of("k", {"ab"}),     of("k", {"ab", ""}), of("k", {"a"})};
  EXPECT_EQ(others.size(), 6u);
}

// RFC 4231, test case 2.
TEST(Fence, ItsHashIsTheStandards) {
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(FenceKey, IsMadeOnceAndIsNobodyElsesBusiness) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "data" / "fence.key";
  const auto first = open_fence_key(system_files(), path);
  ASSERT_TRUE(first.ok()) << first.error().sentence();
  EXPECT_EQ(first->size(), 64u);
  EXPECT_EQ(open_fence_key(system_files(), path).value(), *first);
  EXPECT_TRUE(system_files().info(path)->is_private);
  std::filesystem::permissions(path, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
  EXPECT_EQ(open_fence_key(system_files(), path).error().code, ErrorCode::configuration);
}

TEST(FenceKey, ADamagedOneIsNotUsed) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "fence.key";
  ASSERT_TRUE(open_fence_key(system_files(), path).ok());
  for (const std::string_view bytes : {"", "short\n"}) {
    auto file = system_files().create(path);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->append(bytes).ok());
    EXPECT_EQ(open_fence_key(system_files(), path).error().code, ErrorCode::configuration);
  }
}

}  // namespace
}  // namespace kindling
