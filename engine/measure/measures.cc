#include "engine/measure/measures.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace kindling {
namespace {

double discount(std::size_t index) { return 1 / std::log2(static_cast<double>(index) + 2); }

int grade_of(const std::string& document, const Judgements& judged) {
  const auto found = judged.find(document);
  return found == judged.end() ? 0 : std::max(0, found->second);
}

}  // namespace

double ndcg(std::span<const std::string> ranked, const Judgements& judged, std::size_t cut) {
  double gained = 0, best = 0;
  for (std::size_t i = 0; i < std::min(cut, ranked.size()); ++i)
    gained += grade_of(ranked[i], judged) * discount(i);
  std::vector<int> grades;
  for (const auto& [document, grade] : judged) grades.push_back(std::max(0, grade));
  std::sort(grades.begin(), grades.end(), std::greater<>());
  for (std::size_t i = 0; i < std::min(cut, grades.size()); ++i) best += grades[i] * discount(i);
  return best == 0 ? 0 : gained / best;
}

double recall(std::span<const std::string> ranked, const Judgements& judged, std::size_t cut) {
  std::size_t found = 0, relevant = 0;
  for (const auto& [document, grade] : judged) relevant += grade > 0 ? 1 : 0;
  for (std::size_t i = 0; i < std::min(cut, ranked.size()); ++i)
    found += grade_of(ranked[i], judged) > 0 ? 1 : 0;
  return relevant == 0 ? 0 : static_cast<double>(found) / static_cast<double>(relevant);
}

double reciprocal_rank(std::span<const std::string> ranked, const Judgements& judged) {
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    if (grade_of(ranked[i], judged) > 0) return 1 / static_cast<double>(i + 1);
  }
  return 0;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + .5)];
}

}  // namespace kindling
