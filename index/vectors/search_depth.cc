#include "index/vectors/search_depth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <random>

#include "base/parallel.h"
#include "index/vectors/code_scan.h"
#include "index/vectors/exact_pass.h"

namespace kindling {
namespace {

// 400 and 4,096 are what a search and a full window ask for.
constexpr std::array<std::uint32_t, search_depths_max> measured_k = {10, 100, 400, 1'000, 4'096, 10'000};
constexpr std::uint32_t rows_per_k = 16;  // of larger k an exact pass is as good
constexpr std::uint32_t rows_mixed = 4;
constexpr std::uint32_t candidates_min = 64;
// So many of the best estimates are put in order to see where the true neighbours stand among them.
constexpr std::size_t placed_min = 2'048;
constexpr std::size_t placed_per_k = 6;
constexpr double spared_share = .25;  // of the misses allowed, kept back when codes are made
constexpr int deepenings = 8;
constexpr float everything = std::numeric_limits<float>::infinity();

// The value that at most the share `missed` of the values is above.
template <typename T>
T bound_for(std::vector<T> values, double missed) {
  const auto spared = static_cast<std::size_t>(missed * static_cast<double>(values.size()));
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(values.size() - 1 - std::min(spared, values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

std::vector<std::uint32_t> lists_of_rows(const CodesHead& head, const CodesParts& parts) {
  std::vector<std::uint32_t> list_of(head.rows, 0);
  if (head.lists == 1) return list_of;
  for (std::uint32_t list = 0; list < head.lists; ++list) {
    const std::size_t first = parts.first_block[list] * code_block_rows;
    const std::size_t end = parts.first_block[list + 1] * code_block_rows;
    for (const std::uint32_t row : parts.row_of.subspan(first, end - first)) {
      if (row < head.rows) list_of[row] = list;
    }
  }
  return list_of;
}

// What a scan of everything says of one query.
struct Placing {
  std::vector<float> estimates;            // of the candidates, best first
  std::vector<std::uint32_t> by_estimate;  // place of each true neighbour among them
  std::vector<std::uint32_t> by_int8;      // likewise, by their int8 products
  std::vector<float> promises;             // of the list of each, the query's length being one
};

class Sample {
 public:
  Sample(const CodesHead& head, const CodesParts& parts, const VectorMatrix& rows, unsigned threads)
      : head_(head), parts_(parts), rows_(rows), threads_(threads), rotation_(head.dimensions) {
    k_max_ = measured_k.front();
    for (const std::uint32_t k : measured_k) {
      if (k <= head.rows / rows_per_k) k_max_ = k;
    }
    mix_queries();
    const VectorMatrix queries{queries_.data(), sampled_queries, head.dimensions, head.dimensions};
    exact_ = exact_nearest(rows, queries, k_max_, threads);
    const auto list_of = lists_of_rows(head, parts);
    placings_.resize(sampled_queries);
    parallel_for(sampled_queries, threads, [&](std::size_t i) { place(i, list_of); });
  }

  [[nodiscard]] std::uint32_t k_max() const { return k_max_; }

  // The shallowest that keeps the recall with some to spare: as deep as the placings say for more misses than
  // are allowed, because one neighbour is often missed for two reasons, then for fewer, then deeper than that.
  [[nodiscard]] std::optional<SearchDepth> depth(std::uint32_t k, double recall) const {
    const double missed = 1 - recall, enough = recall + missed * spared_share;
    SearchDepth depth;
    for (const double generosity : {2.0, 1.5, 1.1, .8, .6}) {
      depth = first_depth(k, missed * generosity);
      run(depth);
      if (depth.recall >= enough) return depth;
    }
    for (int i = 0; i < deepenings; ++i) {
      const auto deeper = [&](std::uint32_t value) { return std::min(head_.rows, value + value / 4 + 1); };
      depth.candidates = deeper(depth.candidates);
      depth.reranked = std::min(depth.candidates, deeper(depth.reranked));
      depth.margin += std::abs(depth.margin) / 8;
      run(depth);
      if (depth.recall >= recall) return depth;
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] std::span<const float> query(std::size_t i) const {
    return std::span(queries_).subspan(i * head_.dimensions, head_.dimensions);
  }

  void mix_queries() {
    std::mt19937 random(head_.rows);
    queries_.resize(std::size_t{sampled_queries} * head_.dimensions);
    for (std::uint32_t i = 0; i < sampled_queries; ++i) {
      float* query = queries_.data() + std::size_t{i} * head_.dimensions;
      for (std::uint32_t n = 0; n < rows_mixed; ++n) {
        const auto row = rows_.row(row_with_a_vector(random));
        for (std::uint32_t d = 0; d < head_.dimensions; ++d) query[d] += row[d];
      }
    }
  }

  // Any, where a thousand in a row have none.
  [[nodiscard]] std::uint32_t row_with_a_vector(std::mt19937& random) const {
    auto row = static_cast<std::uint32_t>(random() % head_.rows);
    for (int i = 0; i < 1'000 && std::isnan(parts_.row_scales[row].lost); ++i)
      row = static_cast<std::uint32_t>(random() % head_.rows);
    return row;
  }

  void place(std::size_t i, const std::vector<std::uint32_t>& list_of) {
    const ScanQuery asked(rotation_, query(i));
    CodeScan scan(head_, parts_, asked);
    const auto found =
        scan.candidates(std::max<std::size_t>(placed_min, placed_per_k * std::size_t{k_max_}), everything, {});
    std::vector<std::uint32_t> rows;
    std::vector<float> values;
    for (const Neighbour& one : found) {
      rows.push_back(one.row);
      values.push_back(one.product);
    }
    Placing& placing = placings_[i];
    placing.by_estimate = places(rows, values, exact_[i]);
    placing.estimates = std::move(values);
    for (float& estimate : placing.estimates) estimate /= std::max(asked.length(), 1e-30F);
    values.resize(rows.size());
    const Int8Rows int8 = parts_.int8_rows();
    Int8Query(query(i), int8.stride).products(int8, rows, values);
    placing.by_int8 = places(rows, values, exact_[i]);
    for (const Neighbour& one : exact_[i])
      placing.promises.push_back(scan.promises().empty() ? 0
                                                         : scan.promises()[list_of[one.row]] / asked.length());
  }

  // Sorts the values, the largest first, and says in which place those of the wanted rows stand: of equal ones
  // in the last. Past the end for rows that are not there.
  [[nodiscard]] std::vector<std::uint32_t> places(const std::vector<std::uint32_t>& rows,
                                                  std::vector<float>& values,
                                                  const std::vector<Neighbour>& wanted) const {
    constexpr float absent = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> value_of(head_.rows, absent);
    for (std::size_t i = 0; i < rows.size(); ++i) value_of[rows[i]] = values[i];
    std::erase_if(values, [](float value) { return std::isnan(value); });
    std::sort(values.begin(), values.end(), std::greater<>());
    std::vector<std::uint32_t> places;
    for (const Neighbour& one : wanted) {
      const float value = value_of[one.row];
      const auto past = std::isnan(value)
                            ? values.end() + 1
                            : std::upper_bound(values.begin(), values.end(), value, std::greater<>());
      places.push_back(static_cast<std::uint32_t>(past - values.begin()) - 1);
    }
    return places;
  }

  // Half of what may be missed is left to the lists, most of the rest to the candidates.
  [[nodiscard]] SearchDepth first_depth(std::uint32_t k, double missed) const {
    std::vector<std::uint32_t> by_estimate, by_int8;
    for (const Placing& placing : placings_) {
      const auto count = static_cast<std::ptrdiff_t>(std::min<std::size_t>(k, placing.by_estimate.size()));
      by_estimate.insert(by_estimate.end(), placing.by_estimate.begin(), placing.by_estimate.begin() + count);
      by_int8.insert(by_int8.end(), placing.by_int8.begin(), placing.by_int8.begin() + count);
    }
    SearchDepth depth;
    depth.k = k;
    if (by_estimate.empty()) return {k, k, k, 0, 0, 0, 0, 0};
    const std::uint32_t least = std::max(candidates_min, k + k / 2);
    depth.candidates = std::min(head_.rows, std::max(least, bound_for(by_estimate, missed * .35) + 1));
    depth.reranked = std::min(depth.candidates, std::max(k + k / 4 + 4, bound_for(by_int8, missed * .15) + 1));
    std::vector<float> margins;
    for (const Placing& placing : placings_) {
      if (placing.estimates.empty()) continue;
      const float worst =
          placing.estimates[std::min<std::size_t>(depth.candidates, placing.estimates.size()) - 1];
      for (std::size_t i = 0; i < std::min<std::size_t>(k, placing.promises.size()); ++i)
        margins.push_back(worst - placing.promises[i]);
    }
    depth.margin = margins.empty() ? 0 : bound_for(std::move(margins), missed / 2);
    return depth;
  }

  // Sets what the search finds, and what it looks at.
  void run(SearchDepth& depth) const {
    std::vector<std::size_t> hits(sampled_queries), wanted(sampled_queries);
    std::vector<ScanCounts> counts(sampled_queries);
    parallel_for(sampled_queries, threads_, [&](std::size_t i) {
      const ScanQuery asked(rotation_, query(i));
      CodeScan scan(head_, parts_, asked);
      auto found = scan.candidates(depth.candidates, depth.margin, {});
      found = ranked(rows_, parts_.int8_rows(), query(i), std::move(found), depth.reranked, depth.k);
      counts[i] = scan.counts();
      wanted[i] = std::min<std::size_t>(depth.k, exact_[i].size());
      if (wanted[i] == 0) return;
      const float last = exact_[i][wanted[i] - 1].product;
      hits[i] = static_cast<std::size_t>(std::ranges::count_if(
          found, [&](const Neighbour& one) { return one.product >= last - 1e-6F * std::abs(last); }));
    });
    std::size_t all_hits = 0, all_wanted = 0, lists = 0, blocks = 0;
    for (std::uint32_t i = 0; i < sampled_queries; ++i) {
      all_hits += std::min(hits[i], wanted[i]);
      all_wanted += wanted[i];
      lists += counts[i].lists;
      blocks += counts[i].blocks;
    }
    const auto share = [](std::size_t part, std::size_t whole) {
      return static_cast<float>(static_cast<double>(part) / static_cast<double>(whole));
    };
    depth.recall = all_wanted == 0 ? 1 : share(all_hits, all_wanted);
    depth.lists = share(lists, sampled_queries);
    depth.blocks = share(blocks, sampled_queries);
  }

  const CodesHead& head_;
  const CodesParts& parts_;
  const VectorMatrix& rows_;
  unsigned threads_;
  Rotation rotation_;
  std::uint32_t k_max_ = 0;
  std::vector<float> queries_;
  std::vector<std::vector<Neighbour>> exact_;
  std::vector<Placing> placings_;
};

}  // namespace

std::vector<SearchDepth> measure_search_depths(const CodesHead& head, const CodesParts& parts,
                                               const VectorMatrix& rows, double recall, unsigned threads) {
  std::vector<SearchDepth> depths;
  if (head.rows < measured_k.front() * rows_per_k) return depths;
  const Sample sample(head, parts, rows, threads);
  for (const std::uint32_t k : measured_k) {
    if (k > sample.k_max()) break;
    const auto depth = sample.depth(k, recall);
    if (!depth) break;
    depths.push_back(*depth);
  }
  return depths;
}

}  // namespace kindling
