#include "index/vectors/nearest.h"

#include <algorithm>

#include "base/check.h"
#include "base/parallel.h"
#include "base/simd/columns.h"
#include "base/simd/multiply.h"
#include "base/simd/vectors.h"
#include "index/vectors/kept_nearest.h"

namespace kindling {
namespace {

// 64 rows of 384 floats: 96 KiB, which stay in the second-level cache while the queries pass by.
constexpr std::uint32_t rows_at_once = 64;
constexpr std::uint32_t queries_at_once = 64;
// From so many on they are multiplied as a matrix, for which rows are put into columns.
constexpr std::uint32_t queries_of_matrix = 8;

// The products of some queries with rows_at_once rows of the data, query by query.
class Products {
 public:
  Products(const VectorMatrix& data, const VectorMatrix& queries, std::uint32_t first, std::uint32_t count)
      : data_(data), queries_(queries), first_(first), count_(count) {
    if (count < queries_of_matrix) return;
    weights_.reserve(std::size_t{count} * data.dimensions);
    for (std::uint32_t q = 0; q < count; ++q) {
      const auto query = queries.row(first + q);
      weights_.insert(weights_.end(), query.begin(), query.end());
    }
    bias_.resize(count);
  }

  // Of the rows [row, row + rows). Requires: rows <= rows_at_once.
  void work_out(std::uint32_t row, std::uint32_t rows) {
    products_ = out_.shape(count_, rows_at_once);
    if (!bias_.empty()) {
      const Columns in = in_.shape(data_.dimensions, rows_at_once);
      for (std::uint32_t i = 0; i < rows_at_once; ++i) {
        const auto values = data_.row(row + std::min(i, rows - 1));
        for (std::uint32_t d = 0; d < data_.dimensions; ++d) in.data[d * in.stride + i] = values[d];
      }
      multiply({weights_, bias_}, in, products_, Epilogue::store);
      return;
    }
    for (std::uint32_t q = 0; q < count_; ++q)
      one_by_one(row, queries_.row(first_ + q), {products_.feature(q), rows});
  }

  [[nodiscard]] std::span<const float> of(std::uint32_t query, std::uint32_t rows) const {
    return {products_.feature(query), rows};
  }

 private:
  void one_by_one(std::uint32_t row, std::span<const float> query, std::span<float> out) const {
    if (data_.stride == data_.dimensions) {
      inner_products(query, {data_.row(row).data(), out.size() * data_.dimensions}, out);
      return;
    }
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = inner_product(query, data_.row(row + static_cast<std::uint32_t>(i)));
  }

  const VectorMatrix& data_;
  const VectorMatrix& queries_;
  std::uint32_t first_, count_;
  std::vector<float> weights_, bias_;  // empty: too few for a matrix
  ColumnBuffer in_, out_;
  Columns products_;
};

void scan(const VectorMatrix& data, const VectorMatrix& queries, std::uint32_t first_query, std::size_t k,
          const RowSet& allowed, std::span<std::vector<Neighbour>> found) {
  std::vector<KeptNearest> best(found.size(), KeptNearest(k));
  Products products(data, queries, first_query, static_cast<std::uint32_t>(found.size()));
  for (std::uint32_t row = 0; row < data.count; row += rows_at_once) {
    const std::uint32_t rows = std::min(rows_at_once, data.count - row);
    products.work_out(row, rows);
    for (std::uint32_t q = 0; q < found.size(); ++q) {
      const auto of_query = products.of(q, rows);
      for (std::uint32_t i = 0; i < rows; ++i) {
        if (allowed.contains(row + i)) best[q].offer({row + i, of_query[i]});
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
