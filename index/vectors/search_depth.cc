#include "index/vectors/search_depth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <random>

#include "base/parallel.h"
#include "index/vectors/code_scan.h"
#include "index/vectors/exact_pass.h"
#include "index/vectors/neighbour_walk.h"

namespace kindling {
namespace {

// 400 and 4,096 are what a search and a full window ask for.
constexpr std::array<std::uint32_t, search_depths_max> measured_k = {10, 100, 400, 1'000, 4'096, 10'000};
// Of many neighbours fewer queries tell as much, and the time of a sample is that of its large k.
constexpr std::uint32_t few_queries = 32, few_queries_above = 1'000;
constexpr std::uint32_t some_queries = 128, some_queries_above = 100;
constexpr std::uint32_t rows_per_k = 16;  // of larger k an exact pass is as good
// A search takes the best of what words and vectors find together, of so many each; what one misses of these
// must not show in what comes first, so a quarter of the misses is allowed. Where lists are searched without a
// walk that would cost too much.
constexpr std::uint32_t fused_k = 400;
constexpr double fused_misses = .25;
constexpr std::uint32_t rows_mixed = 4;
constexpr float others_weight = .6F;
constexpr std::uint32_t candidates_min = 64;
// So many of the best estimates are put in order to see where the true neighbours stand among them.
constexpr std::size_t placed_min = 2'048;
constexpr std::size_t placed_per_k = 6;
// A walk from more hits takes longer than what it saves (docs/vectors.md).
constexpr std::uint32_t walked_k_max = 400;
// How many times the misses allowed a first guess may leave: a walk finds most of them.
constexpr std::array<double, 10> generosities = {12, 8, 6, 4, 3, 2, 1.5, 1.1, .8, .6};
constexpr double generosity_without_walk = 2;
constexpr double spared_share = .25;  // of the misses allowed, kept back when codes are made
constexpr int deepenings = 8;
constexpr float spread_min = 1e-6F;  // of rows that are all the same
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
  std::vector<float> centre_products;      // of the list of each, the query's length being one
  std::vector<float> spreads;              // likewise of its rows
};

enum class Walk : std::uint8_t { no, yes };

class Sample {
 public:
  Sample(const CodesHead& head, const CodesParts& parts, const VectorMatrix& rows, unsigned threads)
      : head_(head), parts_(parts), rows_(rows), threads_(threads), rotation_(head.dimensions) {
    k_max_ = measured_k.front();
    for (const std::uint32_t k : measured_k) {
      if (k <= head.rows / rows_per_k) k_max_ = k;
    }
    mix_queries();
    const auto some = [&](std::uint32_t first, std::uint32_t end) {
      return VectorMatrix{query(first).data(), end - first, head.dimensions, head.dimensions};
    };
    exact_ = exact_nearest(rows, some(0, few_queries), k_max_, threads);
    std::ranges::move(
        exact_nearest(rows, some(few_queries, sampled_queries), std::min(k_max_, few_queries_above), threads),
        std::back_inserter(exact_));
    const auto list_of = lists_of_rows(head, parts);
    placings_.resize(sampled_queries);
    parallel_for(sampled_queries, threads, [&](std::size_t i) { place(i, list_of); });
  }

  [[nodiscard]] std::uint32_t k_max() const { return k_max_; }

  // The shallowest that keeps the recall with some to spare: as deep as the placings say for more misses than
  // are allowed, because one neighbour is often missed for two reasons, then for fewer, then deeper than that.
  [[nodiscard]] std::optional<SearchDepth> depth(std::uint32_t k, double recall, Walk walk) const {
    const double missed = 1 - recall, enough = recall + missed * spared_share;
    const auto at = [&](double generosity) {
      SearchDepth depth = first_depth(k, missed * generosity);
      run(depth, walk);
      return depth;
    };
    SearchDepth depth;
    double before = 0;
    for (const double generosity : generosities) {
      if (walk == Walk::no && generosity > generosity_without_walk) continue;
      depth = at(generosity);
      if (depth.recall < enough) {
        before = generosity;
        continue;
      }
      if (before == 0) return depth;
      const SearchDepth between = at((generosity + before) / 2);
      return between.recall >= enough ? between : depth;
    }
    for (int i = 0; i < deepenings; ++i) {
      const auto deeper = [&](std::uint32_t value) { return std::min(head_.rows, value + value / 4 + 1); };
      depth.candidates = deeper(depth.candidates);
      depth.reranked = std::min(depth.candidates, deeper(depth.reranked));
      depth.margin += std::abs(depth.margin) / 8;
      run(depth, walk);
      if (depth.recall >= recall) return depth;
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] static std::uint32_t queries_for(std::uint32_t k) {
    return k > few_queries_above ? few_queries : k > some_queries_above ? some_queries : sampled_queries;
  }

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
        const float weight = n == 0 ? 1 : others_weight;
        for (std::uint32_t d = 0; d < head_.dimensions; ++d) query[d] += weight * row[d];
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
    const std::size_t k_max = i < few_queries ? k_max_ : std::min(k_max_, few_queries_above);
    const auto found = scan.candidates(std::max(placed_min, placed_per_k * k_max), everything, {});
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
    asked.by_codes().products(parts_.int8_rows(), rows, values);
    placing.by_int8 = places(rows, values, exact_[i]);
    if (head_.lists == 1) return;
    for (const Neighbour& one : exact_[i]) {
      const std::uint32_t list = list_of[one.row];
      placing.centre_products.push_back(scan.centre_products()[list] / std::max(asked.length(), 1e-30F));
      placing.spreads.push_back(parts_.spreads[list]);
    }
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
    for (const Placing& placing : std::span(placings_).first(queries_for(k))) {
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
    for (const Placing& placing : std::span(placings_).first(queries_for(k))) {
      if (placing.estimates.empty()) continue;
      const float worst =
          placing.estimates[std::min<std::size_t>(depth.candidates, placing.estimates.size()) - 1];
      for (std::size_t i = 0; i < std::min<std::size_t>(k, placing.centre_products.size()); ++i)
        margins.push_back((worst - placing.centre_products[i]) / std::max(placing.spreads[i], spread_min));
    }
    depth.margin = margins.empty() ? 0 : bound_for(std::move(margins), missed / 2);
    return depth;
  }

  // Sets what the search finds, and what it looks at.
  void run(SearchDepth& depth, Walk walk) const {
    const std::uint32_t queries = queries_for(depth.k);
    std::vector<std::size_t> hits(queries), wanted(queries);
    std::vector<ScanCounts> counts(queries);
    parallel_for(queries, threads_, [&](std::size_t i) {
      const ScanQuery asked(rotation_, query(i));
      CodeScan scan(head_, parts_, asked);
      auto found = scan.candidates(depth.candidates, depth.margin, {});
      found = ranked(rows_, parts_.int8_rows(), query(i), asked.by_codes(), std::move(found), depth.reranked,
                     depth.k);
      if (walk == Walk::yes)
        found = walked(head_, parts_, rows_, query(i), asked.by_codes(), std::move(found), depth.k);
      counts[i] = scan.counts();
      wanted[i] = std::min<std::size_t>(depth.k, exact_[i].size());
      if (wanted[i] == 0) return;
      const float last = exact_[i][wanted[i] - 1].product;
      hits[i] = static_cast<std::size_t>(std::ranges::count_if(
          found, [&](const Neighbour& one) { return one.product >= last - 1e-6F * std::abs(last); }));
    });
    std::size_t all_hits = 0, all_wanted = 0, lists = 0, blocks = 0;
    for (std::uint32_t i = 0; i < queries; ++i) {
      all_hits += std::min(hits[i], wanted[i]);
      all_wanted += wanted[i];
      lists += counts[i].lists;
      blocks += counts[i].blocks;
    }
    const auto share = [](std::size_t part, std::size_t whole) {
      return static_cast<float>(static_cast<double>(part) / static_cast<double>(whole));
    };
    depth.recall = all_wanted == 0 ? 1 : share(all_hits, all_wanted);
    depth.lists = share(lists, queries);
    depth.blocks = share(blocks, queries);
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

SearchDepths measure_search_depths(const CodesHead& head, const CodesParts& parts, const VectorMatrix& rows,
                                   double recall, unsigned threads) {
  SearchDepths measured;
  if (head.rows < measured_k.front() * rows_per_k) return measured;
  const Sample sample(head, parts, rows, threads);
  const auto up_to = [&](std::uint32_t k_max, Walk walk) {
    std::vector<SearchDepth> depths;
    for (const std::uint32_t k : measured_k) {
      if (k > k_max) break;
      const bool fused = k == fused_k && (walk == Walk::yes || head.lists == 1);
      const auto depth = sample.depth(k, fused ? 1 - (1 - recall) * fused_misses : recall, walk);
      if (!depth) break;
      depths.push_back(*depth);
    }
    return depths;
  };
  measured.depths = up_to(sample.k_max(), Walk::no);
  if (head.neighbours > 0) measured.walked = up_to(std::min(sample.k_max(), walked_k_max), Walk::yes);
  return measured;
}

}  // namespace kindling
