#include "base/simd/dispatch.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace kindling {
namespace {

TEST(SimdTargets, AreNamedAndFoundByName) {
  for (const auto target : {SimdTarget::scalar, SimdTarget::sse4, SimdTarget::avx2, SimdTarget::avx2_vnni,
                            SimdTarget::avx512, SimdTarget::amx, SimdTarget::neon}) {
    EXPECT_EQ(simd_target_named(to_string(target)), target);
  }
  EXPECT_EQ(simd_target_named("AVX2"), std::nullopt);
  EXPECT_EQ(simd_target_named(""), std::nullopt);
}

TEST(SimdTargets, AForcedTargetEndsWithItsScope) {
  const SimdTarget before = simd_target();
  for (const SimdTarget target : simd_targets()) {
    const ForcedSimdTarget forced(target);
    EXPECT_EQ(simd_target(), target);
  }
  EXPECT_EQ(simd_target(), before);
}

#if defined(__x86_64__)
TEST(SimdTargets, ScalarIsAlwaysThere) { EXPECT_EQ(simd_targets().back(), SimdTarget::scalar); }
#endif

// The environment is read once a process, hence a fresh process for each of these.
class SimdEnvironmentDeathTest : public testing::Test {
 protected:
  SimdEnvironmentDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  static void exit_with_target(const char* wanted) {
    ::setenv("KINDLING_SIMD", wanted, 1);
    std::exit(static_cast<int>(simd_target()));
  }
  static auto exited_with(SimdTarget target) { return testing::ExitedWithCode(static_cast<int>(target)); }
};

TEST_F(SimdEnvironmentDeathTest, EachTargetOfTheMachineCanBeForced) {
  for (const SimdTarget target : simd_targets()) {
    EXPECT_EXIT(exit_with_target(to_string(target).data()), exited_with(target), "^$");
  }
}

TEST_F(SimdEnvironmentDeathTest, AnUnknownNameIsSaidAndTheBestTaken) {
  EXPECT_EXIT(exit_with_target("avx1024"), exited_with(simd_targets().front()),
              "KINDLING_SIMD=avx1024 is not known \\(it has .*\\); using");
}

#if defined(__x86_64__)
TEST_F(SimdEnvironmentDeathTest, ATargetOfAnotherMachineIsSaidAndTheBestTaken) {
  EXPECT_EXIT(exit_with_target("neon"), exited_with(simd_targets().front()),
              "KINDLING_SIMD=neon is not on this machine");
}
#endif

}  // namespace
}  // namespace kindling
