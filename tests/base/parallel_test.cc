#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "base/cancellation.h"

namespace kindling {
namespace {

TEST(ParallelFor, DoesEachPieceOnce) {
  for (const unsigned threads : {0u, 1u, 2u, 7u}) {
    std::vector<std::atomic<int>> done(1000);
    parallel_for(done.size(), threads, [&](std::size_t i) { ++done[i]; });
    for (const auto& times : done) EXPECT_EQ(times.load(), 1);
  }
  parallel_for(0, 4, [](std::size_t) { FAIL(); });
}

TEST(Cancellation, IsSeenAndKeepsItsReason) {
  Cancellation cancellation;
  EXPECT_TRUE(cancellation.check().ok());
  cancellation.cancel();
  EXPECT_EQ(cancellation.check().error().code, ErrorCode::cancelled);
  const Cancellation late(Cancellation::Clock::now() - std::chrono::seconds(1));
  EXPECT_EQ(late.check().error().code, ErrorCode::timed_out);
  EXPECT_FALSE(never_cancelled().cancelled());
}

}  // namespace
}  // namespace kindling
