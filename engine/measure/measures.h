// Measures of a ranking, as trec_eval defines them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace kindling {

// Judged documents of one question: id -> grade; 0 is judged not relevant, absent is unjudged (both count
// nothing).
using Judgements = std::map<std::string, int>;

// Gains are the grades; the i-th rank (from 1) is discounted by log2(i + 1); divided by the best order's sum. 0
// without relevant ones.
[[nodiscard]] double ndcg(std::span<const std::string> ranked, const Judgements& judged, std::size_t cut);
// Share of the relevant documents among the first `cut`.
[[nodiscard]] double recall(std::span<const std::string> ranked, const Judgements& judged, std::size_t cut);
// 1 / rank of the first relevant document; 0 if none is among them.
[[nodiscard]] double reciprocal_rank(std::span<const std::string> ranked, const Judgements& judged);

// The value below which `share` (0 to 1) of the values lie, by nearest rank; 0 without any. In the unit of the
// values.
[[nodiscard]] double percentile(std::vector<double> values, double share);

}  // namespace kindling
