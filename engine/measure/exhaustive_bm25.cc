#include "engine/measure/exhaustive_bm25.h"

#include <algorithm>
#include <cmath>

namespace kindling {
namespace {

constexpr double k1 = 0.9;
constexpr double b = 0.6;

}  // namespace

void ExhaustiveBm25::add(std::span<const std::string_view> terms) {
  const auto passage = static_cast<std::uint32_t>(lengths_.size());
  lengths_.push_back(static_cast<std::uint32_t>(terms.size()));
  length_sum_ += terms.size();
  for (const std::string_view term : terms) {
    auto at = postings_.find(term);
    if (at == postings_.end()) at = postings_.emplace(std::string(term), Postings()).first;
    if (at->second.empty() || at->second.back().first != passage) at->second.emplace_back(passage, 0);
    ++at->second.back().second;
  }
}

std::vector<double> ExhaustiveBm25::scores(std::span<const std::string_view> question) const {
  std::vector<std::string_view> terms(question.begin(), question.end());
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  const auto count = static_cast<double>(lengths_.size());
  const double mean = static_cast<double>(length_sum_) / std::max(count, 1.0);
  std::vector<double> scores(lengths_.size(), 0);
  for (const std::string_view term : terms) {
    const auto at = postings_.find(term);
    if (at == postings_.end()) continue;
    const auto frequency = static_cast<double>(at->second.size());
    const double idf = std::log(1 + (count - frequency + 0.5) / (frequency + 0.5));
    for (const auto& [passage, occurrences] : at->second) {
      const double norm = k1 * (1 - b + b * lengths_[passage] / mean);
      scores[passage] += idf * occurrences / (occurrences + norm);
    }
  }
  return scores;
}

std::vector<ExhaustiveHit> ExhaustiveBm25::top(std::span<const std::string_view> question,
                                               std::size_t k) const {
  const std::vector<double> scores = this->scores(question);
  std::vector<ExhaustiveHit> hits;
  for (std::uint32_t passage = 0; passage < scores.size(); ++passage) {
    if (scores[passage] > 0) hits.push_back({.passage = passage, .score = scores[passage]});
  }
  const auto better = [](const ExhaustiveHit& x, const ExhaustiveHit& y) {
    return x.score != y.score ? x.score > y.score : x.passage < y.passage;
  };
  const std::size_t kept = std::min(k, hits.size());
  std::partial_sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(kept), hits.end(), better);
  hits.resize(kept);
  return hits;
}

}  // namespace kindling
