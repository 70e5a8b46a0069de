#include "index/vectors/exact_pass.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "base/simd/codes.h"
#include "index/vectors/kept_nearest.h"

namespace kindling {
namespace {

constexpr std::uint32_t rows_at_once = 1'024;

// Calls use(rows) with the allowed rows in order, some at a time.
template <typename Use>
void for_allowed(std::uint32_t count, const RowSet& allowed, Use use) {
  std::vector<std::uint32_t> some;
  some.reserve(rows_at_once);
  if (allowed.all()) {
    for (std::uint32_t first = 0; first < count;) {
      some.resize(std::min(rows_at_once, count - first));
      std::iota(some.begin(), some.end(), first);
      use(std::span<const std::uint32_t>(some));
      first += static_cast<std::uint32_t>(some.size());
    }
    return;
  }
  const auto words = allowed.words().first(std::min<std::size_t>(allowed.words().size(), (count + 63) / 64));
  for (std::size_t at = 0; at < words.size(); ++at) {
    for (std::uint64_t word = words[at]; word != 0; word &= word - 1) {
      const auto row = static_cast<std::uint32_t>(at * 64) + static_cast<std::uint32_t>(std::countr_zero(word));
      if (row < count) some.push_back(row);
    }
    if (some.size() + 64 <= rows_at_once && at + 1 < words.size()) continue;
    use(std::span<const std::uint32_t>(some));
    some.clear();
  }
}

std::vector<std::uint32_t> rows_of(const std::vector<Neighbour>& among) {
  std::vector<std::uint32_t> which(among.size());
  for (std::size_t i = 0; i < among.size(); ++i) which[i] = among[i].row;
  return which;
}

// Puts in the products, and leaves out what has none.
void set_products(std::vector<Neighbour>& among, const std::vector<float>& products) {
  for (std::size_t i = 0; i < among.size(); ++i) among[i].product = products[i];
  std::erase_if(among, [](const Neighbour& one) { return std::isnan(one.product); });
}

void put_in_products(const VectorMatrix& rows, std::span<const float> query, std::vector<Neighbour>& among,
                     const FarRows& far) {
  std::vector<float> products(among.size());
  products_in_full(rows, far, query, rows_of(among), products);
  set_products(among, products);
}

// What may be among the k nearest: `product` is the most that it can be.
class Possible {
 public:
  Possible(std::size_t k, float floor) : least_(k), floor_(floor) {}

  void offer(std::uint32_t row, float product, float error) {
    if (!(product + error >= reached())) return;
    least_.offer({row, product - error});
    kept_.push_back({row, product + error});
    if (kept_.size() < next_cut_) return;
    cut();
    next_cut_ = std::max(next_cut_, 2 * kept_.size());
  }

  std::vector<Neighbour> take() {
    cut();
    return std::move(kept_);
  }

 private:
  [[nodiscard]] float reached() const { return std::max(least_.reached(), floor_); }

  void cut() {
    const float least = reached();
    std::erase_if(kept_, [&](const Neighbour& one) { return one.product < least; });
  }

  KeptNearest least_;  // the least that each can be
  float floor_;
  std::vector<Neighbour> kept_;
  std::size_t next_cut_ = 4'096;
};

// The k nearest of rows whose `product` is the most that it can be. Those that can be most are read first: what
// the last of k true products reaches, the others must be able to.
std::vector<Neighbour> nearest_of_possible(const VectorMatrix& rows, std::span<const float> query,
                                           std::vector<Neighbour> possible, std::size_t k, float floor,
                                           const FarRows& far) {
  std::vector<Neighbour> others;
  if (possible.size() > k) {
    const auto kth = possible.begin() + static_cast<std::ptrdiff_t>(k);
    std::nth_element(possible.begin(), kth - 1, possible.end(), nearer);
    others.assign(kth, possible.end());
    possible.erase(kth, possible.end());
  }
  put_in_products(rows, query, possible, far);
  if (!others.empty()) {
    float least = floor;
    if (possible.size() == k)
      least = std::max(least, std::ranges::min_element(possible, {}, &Neighbour::product)->product);
    std::erase_if(others, [&](const Neighbour& one) { return one.product < least; });
    put_in_products(rows, query, others, far);
    possible.insert(possible.end(), others.begin(), others.end());
  }
  keep_nearest(possible, k);
  return possible;
}

}  // namespace

std::vector<Neighbour> ranked(const VectorMatrix& rows, const Int8Rows& int8, std::span<const float> query,
                              const Int8Query& by_codes, std::vector<Neighbour> candidates,
                              std::size_t reranked, std::size_t k, const FarRows& far, float floor) {
  KINDLING_CHECK(k > 0 && k <= reranked);
  if (candidates.size() > reranked) {
    std::vector<float> products(candidates.size());
    products_by_codes(int8, far, by_codes, rows_of(candidates), products);
    for (std::size_t i = 0; i < candidates.size(); ++i) candidates[i].product = products[i];
    std::erase_if(candidates, [&](const Neighbour& one) {  // NaN too
      return !(one.product + by_codes.error(int8.scales[one.row]) >= floor);
    });
    cut_to_nearest(candidates, reranked);
  }
  put_in_products(rows, query, candidates, far);
  keep_nearest(candidates, k);
  return candidates;
}

std::vector<Neighbour> exact_pass(const VectorMatrix& rows, std::span<const float> query, std::size_t k,
                                  const RowSet& allowed, float floor) {
  KeptNearest best(std::clamp<std::size_t>(k, 1, std::max<std::size_t>(1, rows.count)));
  std::vector<float> products(rows_at_once);
  for_allowed(rows.count, allowed, [&](std::span<const std::uint32_t> some) {
    full_products(query, rows.rows, rows.stride, some, std::span(products).first(some.size()));
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (products[i] >= floor) best.offer({some[i], products[i]});
    }
  });
  return best.take();
}

std::vector<Neighbour> exact_pass(const VectorMatrix& rows, const Int8Rows& int8, std::span<const float> query,
                                  std::size_t k, const RowSet& allowed, float floor) {
  KINDLING_CHECK(rows.count == int8.count);
  const std::size_t count = std::clamp<std::size_t>(k, 1, std::max<std::size_t>(1, rows.count));
  const Int8Query by_codes(query, int8.stride);
  Possible possible(count, floor);
  std::vector<float> products(rows_at_once);
  for_allowed(rows.count, allowed, [&](std::span<const std::uint32_t> some) {
    by_codes.products(int8, some, std::span(products).first(some.size()));
    for (std::size_t i = 0; i < some.size(); ++i)
      possible.offer(some[i], products[i], by_codes.error(int8.scales[some[i]]));
  });
  return nearest_of_possible(rows, query, possible.take(), count, floor, {});
}

}  // namespace kindling
