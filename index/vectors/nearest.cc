#include "index/vectors/nearest.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/parallel.h"
#include "base/simd/vectors.h"
#include "index/vectors/kept_nearest.h"

namespace kindling {
namespace {

// 64 rows of 384 floats: 96 KiB, which stay in the second-level cache while the queries pass by.
constexpr std::uint32_t rows_at_once = 64;
constexpr std::uint32_t queries_at_once = 16;

void products_with(const VectorMatrix& data, std::uint32_t first, std::span<const float> query,
                   std::span<float> out) {
  if (data.stride == data.dimensions) {
    inner_products(query, {data.row(first).data(), out.size() * data.dimensions}, out);
    return;
  }
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = inner_product(query, data.row(first + static_cast<std::uint32_t>(i)));
}

void scan(const VectorMatrix& data, const VectorMatrix& queries, std::uint32_t first_query, std::size_t k,
          const RowSet& allowed, std::span<std::vector<Neighbour>> found) {
  std::vector<KeptNearest> best(found.size(), KeptNearest(k));
  std::array<float, rows_at_once> products;
  for (std::uint32_t row = 0; row < data.count; row += rows_at_once) {
    const std::span out(products.data(), std::min(rows_at_once, data.count - row));
    for (std::uint32_t q = 0; q < found.size(); ++q) {
      products_with(data, row, queries.row(first_query + q), out);
      for (std::uint32_t i = 0; i < out.size(); ++i) {
        if (allowed.contains(row + i)) best[q].offer({row + i, out[i]});
      }
    }
  }
  for (std::size_t q = 0; q < found.size(); ++q) found[q] = best[q].take();
}

}  // namespace

void cut_to_nearest(std::vector<Neighbour>& among, std::size_t count) {
  KINDLING_CHECK(count > 0);
  if (among.size() <= count) return;
  const auto furthest = among.begin() + static_cast<std::ptrdiff_t>(count - 1);
  std::nth_element(among.begin(), furthest, among.end(), nearer);
  among.resize(count);
}

void keep_nearest(std::vector<Neighbour>& among, std::size_t count) {
  cut_to_nearest(among, count);
  std::sort(among.begin(), among.end(), nearer);
}

std::vector<std::vector<Neighbour>> exact_nearest(const VectorMatrix& data, const VectorMatrix& queries,
                                                  std::size_t k, unsigned threads, const RowSet& allowed) {
  KINDLING_CHECK(data.dimensions == queries.dimensions && data.stride >= data.dimensions && k > 0);
  std::vector<std::vector<Neighbour>> found(queries.count);
  k = std::min<std::size_t>(k, std::max<std::uint32_t>(1, data.count));
  parallel_for((queries.count + queries_at_once - 1) / queries_at_once, threads, [&](std::size_t group) {
    const auto first = static_cast<std::uint32_t>(group) * queries_at_once;
    const std::size_t count = std::min(queries_at_once, queries.count - first);
    scan(data, queries, first, k, allowed, std::span(found).subspan(first, count));
  });
  return found;
}

}  // namespace kindling
