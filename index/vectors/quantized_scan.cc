#include "index/vectors/quantized_scan.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "base/check.h"
#include "base/parallel.h"
#include "base/simd/vectors.h"

namespace kindling {
namespace {

constexpr std::uint32_t sampled_queries = 128;
constexpr std::uint32_t rows_mixed = 4;
constexpr std::size_t candidates_max = 8'192;  // past it ranking them costs as much as the scan
constexpr std::size_t candidates_min = 64;
constexpr std::size_t unfound = candidates_max;

std::vector<Neighbour> exact_one(const VectorMatrix& data, std::span<const float> query, std::size_t k) {
  const VectorMatrix one{query.data(), 1, data.dimensions, data.dimensions};
  return std::move(exact_nearest(data, one, k).front());
}

// The best `count`, in no order.
void keep_best(std::vector<Neighbour>& among, std::size_t count) {
  if (among.size() <= count) return;
  std::nth_element(among.begin(), among.begin() + static_cast<std::ptrdiff_t>(count), among.end(), nearer);
  among.resize(count);
}

// The place of `row` in an order, or `unfound`.
std::size_t place_of(const std::vector<Neighbour>& order, std::uint32_t row) {
  const auto found = std::ranges::find(order, row, &Neighbour::row);
  return found == order.end() ? unfound : static_cast<std::size_t>(found - order.begin());
}

// How many must be kept so that at most the share `missed` of those at these places is not.
std::size_t depth_for(std::vector<std::size_t> places, double missed) {
  std::sort(places.begin(), places.end());
  const auto spared = static_cast<std::size_t>(missed * static_cast<double>(places.size()));
  return places[places.size() - 1 - std::min(spared, places.size() - 1)] + 1;
}

}  // namespace

// Queries made of the collection, their true neighbours, and where the codes put these.
class QuantizedScan::Sample {
 public:
  Sample(const QuantizedScan& scan, unsigned threads) : scan_(scan), threads_(threads) {
    const std::uint32_t dimensions = scan.data_.dimensions;
    std::mt19937 random(scan.data_.count);
    queries_.resize(std::size_t{sampled_queries} * dimensions);
    for (std::uint32_t i = 0; i < sampled_queries; ++i) {
      float* query = queries_.data() + std::size_t{i} * dimensions;
      for (std::uint32_t n = 0; n < rows_mixed; ++n) {
        const auto row = scan.data_.row(static_cast<std::uint32_t>(random() % scan.data_.count));
        for (std::uint32_t d = 0; d < dimensions; ++d) query[d] += row[d];
      }
    }
    exact_ =
        exact_nearest(scan.data_, {queries_.data(), sampled_queries, dimensions, dimensions}, scan.k_, threads);
  }

  // Of each true neighbour, among the candidates by their estimates and by their int8 products.
  void places(std::vector<std::size_t>& by_estimate, std::vector<std::size_t>& by_int8) const {
    std::vector<std::vector<std::size_t>> first(sampled_queries), second(sampled_queries);
    parallel_for(sampled_queries, threads_, [&](std::size_t i) {
      auto order = scan_.one_bit_->candidates(query(i), candidates_max);
      std::sort(order.begin(), order.end(), nearer);
      for (const Neighbour& one : exact_[i]) first[i].push_back(place_of(order, one.row));
      scan_.int8_->score(query(i), order);
      std::sort(order.begin(), order.end(), nearer);
      for (const Neighbour& one : exact_[i]) second[i].push_back(place_of(order, one.row));
    });
    for (std::uint32_t i = 0; i < sampled_queries; ++i) {
      by_estimate.insert(by_estimate.end(), first[i].begin(), first[i].end());
      by_int8.insert(by_int8.end(), second[i].begin(), second[i].end());
    }
  }

  // Of the plan as it stands.
  [[nodiscard]] double recall() const {
    std::vector<std::size_t> hits(sampled_queries);
    parallel_for(sampled_queries, threads_, [&](std::size_t i) {
      const auto found = scan_.reranked(query(i), scan_.k_);
      const float last = exact_[i].back().product;
      hits[i] = static_cast<std::size_t>(std::ranges::count_if(
          found, [&](const Neighbour& one) { return one.product >= last - 1e-6F * std::abs(last); }));
    });
    std::size_t found = 0, wanted = 0;
    for (std::uint32_t i = 0; i < sampled_queries; ++i) {
      found += std::min(hits[i], exact_[i].size());
      wanted += exact_[i].size();
    }
    return static_cast<double>(found) / static_cast<double>(wanted);
  }

 private:
  [[nodiscard]] std::span<const float> query(std::size_t i) const {
    return std::span(queries_).subspan(i * scan_.data_.dimensions, scan_.data_.dimensions);
  }

  const QuantizedScan& scan_;
  unsigned threads_;
  std::vector<float> queries_;
  std::vector<std::vector<Neighbour>> exact_;
};

QuantizedScan::QuantizedScan(const VectorMatrix& data, const QuantizedScanOptions& options)
    : data_(data), k_(options.k) {
  KINDLING_CHECK(data.dimensions > 0 && data.dimensions <= vector_dimensions_max && k_ > 0);
  KINDLING_CHECK(options.recall > 0 && options.recall <= 1);
  if (options.recall == 1 || data.count < options.exact_below || data.count < 2 || k_ >= candidates_max / 4)
    return;
  one_bit_.emplace(data, options.threads);
  int8_.emplace(data, options.threads);
  plan_from(Sample(*this, options.threads), options.recall);
  if (!plan_.exact) return;
  one_bit_.reset();
  int8_.reset();
}

void QuantizedScan::plan_from(const Sample& sample, double recall) {
  std::vector<std::size_t> by_estimate, by_int8;
  sample.places(by_estimate, by_int8);
  const double missed = 1 - recall;
  plan_.sampled = sampled_queries;
  plan_.candidates = std::max({candidates_min, 4 * k_, depth_for(by_estimate, missed / 2)});
  plan_.reranked = std::max(2 * k_, depth_for(by_int8, missed / 4) + k_);
  while (plan_.candidates <= std::min<std::size_t>(candidates_max, data_.count)) {
    plan_.recall = sample.recall();
    if (plan_.recall >= recall) {
      plan_.exact = false;
      return;
    }
    plan_.candidates *= 2;
    plan_.reranked *= 2;
  }
  plan_ = {.sampled = sampled_queries};
}

std::vector<Neighbour> QuantizedScan::nearest(std::span<const float> query, std::size_t k) const {
  KINDLING_CHECK(query.size() == data_.dimensions && k > 0 && k <= k_);
  return plan_.exact ? exact_one(data_, query, k) : reranked(query, k);
}

std::vector<Neighbour> QuantizedScan::reranked(std::span<const float> query, std::size_t k) const {
  std::vector<Neighbour> found = one_bit_->candidates(query, plan_.candidates);
  int8_->score(query, found);
  keep_best(found, plan_.reranked);
  for (Neighbour& one : found) one.product = inner_product(query, data_.row(one.row));
  keep_nearest(found, k);
  return found;
}

}  // namespace kindling
