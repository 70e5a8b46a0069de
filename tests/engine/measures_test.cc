#include "engine/measure/measures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace kindling {
namespace {

TEST(Measures, EqualTrecEvalOnAWorkedExample) {
  const std::vector<std::string> ranked{"a", "b", "c", "d"};
  const Judgements judged{{"b", 2}, {"d", 1}, {"x", 1}, {"a", 0}};
  const double ideal = 2 + 1 / std::log2(3.0) + 1 / std::log2(4.0);
  EXPECT_NEAR(ndcg(ranked, judged, 10), (2 / std::log2(3.0) + 1 / std::log2(5.0)) / ideal, 1e-12);
  EXPECT_NEAR(ndcg(ranked, judged, 2), (2 / std::log2(3.0)) / (2 + 1 / std::log2(3.0)), 1e-12);
  EXPECT_NEAR(recall(ranked, judged, 10), 2.0 / 3, 1e-12);
  EXPECT_NEAR(recall(ranked, judged, 2), 1.0 / 3, 1e-12);
  EXPECT_NEAR(reciprocal_rank(ranked, judged), .5, 1e-12);
}

TEST(Measures, AreZeroWithoutRelevantDocuments) {
  const std::vector<std::string> ranked{"a"};
  EXPECT_EQ(ndcg(ranked, {{"a", 0}}, 10), 0);
  EXPECT_EQ(recall(ranked, {}, 10), 0);
  EXPECT_EQ(reciprocal_rank({}, {{"a", 1}}), 0);
}

TEST(Measures, APerfectOrderScoresOne) {
  const std::vector<std::string> ranked{"a", "b", "c"};
  EXPECT_DOUBLE_EQ(ndcg(ranked, {{"a", 3}, {"b", 2}, {"c", 1}}, 10), 1);
}

}  // namespace
}  // namespace kindling
