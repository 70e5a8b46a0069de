#include "index/vectors/chunk_vectors.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/simd/vectors.h"

namespace kindling {
namespace {

constexpr std::uint32_t rows_a_block = 512;

std::vector<VectorRows> rows_of(std::span<const VectorPart> parts) {
  std::vector<VectorRows> rows;
  rows.reserve(parts.size());
  for (const VectorPart& part : parts) rows.push_back(part.rows);
  return rows;
}

// Every row compared.
std::vector<Neighbour> nearest_row_by_row(const VectorRows& rows, std::span<const float> padded,
                                          std::size_t count, const RowSet& allowed) {
  std::vector<Neighbour> among;
  float least = -std::numeric_limits<float>::infinity();  // of `count` rows that were seen
  std::vector<float> products(rows_a_block);
  for (std::uint32_t first = 0; first < rows.count; first += rows_a_block) {
    const std::uint32_t size = std::min(rows_a_block, rows.count - first);
    const std::span<float> block = std::span(products).first(size);
    inner_products(padded, {rows.rows + std::size_t{first} * padded.size(), size * padded.size()}, block);
    for (std::uint32_t i = 0; i < size; ++i) {
      if (block[i] > least && allowed.contains(first + i)) among.push_back({first + i, block[i]});  // no NaN
    }
    if (among.size() < 2 * count + rows_a_block) continue;
    keep_nearest(among, count);
    least = among.back().product;
  }
  keep_nearest(among, count);
  return among;
}

// Sums over rows, each standing for `weight / rows` of them.
struct Moments {
  double sum = 0;
  double squares = 0;
  double weight = 0;
  std::size_t rows = 0;

  void add(float product) {
    sum += product;
    squares += double{product} * product;
    ++rows;
  }
  void add(const Moments& other) {
    sum += other.sum;
    squares += other.squares;
    weight += other.weight;
    rows += other.rows;
  }
};

// Of a file's rows that are allowed, scaled up to their number where only some were looked at.
// Without a sample every `step`-th row.
Moments moments_of(const VectorPart& part, std::span<const float> padded, const RowSet& allowed,
                   std::uint32_t step) {
  Moments moments;
  const auto add_run = [&](const float* rows, std::size_t count, auto row_of) {
    std::vector<float> products(count);
    inner_products(padded, {rows, count * padded.size()}, products);
    for (std::size_t i = 0; i < count; ++i) {
      if (!std::isnan(products[i]) && allowed.contains(row_of(i))) moments.add(products[i]);
    }
  };
  if (!part.sample.which.empty()) {
    add_run(part.sample.rows, part.sample.which.size(), [&](std::size_t i) { return part.sample.which[i]; });
  } else if (step == 1) {
    add_run(part.rows.rows, part.rows.count, [](std::size_t i) { return static_cast<std::uint32_t>(i); });
  } else {
    for (std::uint32_t row = 0; row < part.rows.count; row += step)
      add_run(part.rows.rows + std::size_t{row} * padded.size(), 1, [row](std::size_t) { return row; });
  }
  if (moments.rows == 0) return {};
  moments.weight = static_cast<double>(allowed.count(part.rows.count));
  const double scale = moments.weight / static_cast<double>(moments.rows);
  moments.sum *= scale;
  moments.squares *= scale;
  return moments;
}

}  // namespace

ChunkVectors::ChunkVectors(std::vector<VectorPart> parts, std::uint32_t dimensions)
    : parts_(std::move(parts)),
      dimensions_(dimensions),
      rows_(make_flat_vector_store(rows_of(parts_), dimensions)) {}

std::span<const float> ChunkVectors::row(std::uint32_t chunk) const {
  const auto row = rows_->row(chunk);
  return row.empty() || std::isnan(row.front()) ? std::span<const float>() : row;
}

void ChunkVectors::inner_products(std::span<const float> query, std::span<float> out) const {
  rows_->inner_products(query, out);
}

void ChunkVectors::inner_products(std::span<const float> query, std::span<const ChunkIndex> chunks,
                                  std::span<float> out) const {
  KINDLING_CHECK(query.size() == dimensions_ && chunks.size() == out.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const auto row = rows_->row(position(chunks[i]));
    out[i] = row.empty() ? std::numeric_limits<float>::quiet_NaN() : inner_product(query, row);
  }
}

std::vector<Neighbour> ChunkVectors::nearest_in(const VectorPart& part, std::span<const float> query,
                                                std::size_t count, const RowSet& allowed) const {
  if (part.codes != nullptr) return part.codes->nearest(query, count, allowed);
  std::vector<float> padded(row_stride(dimensions_), 0.0F);
  std::copy(query.begin(), query.end(), padded.begin());
  return nearest_row_by_row(part.rows, padded, count, allowed);
}

std::vector<NearestChunk> ChunkVectors::nearest(std::span<const float> query, std::size_t count,
                                                std::span<const RowSet> allowed) const {
  KINDLING_CHECK(query.size() == dimensions_ && count > 0 && allowed.size() == parts_.size());
  std::vector<NearestChunk> found;
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    for (const Neighbour& one : nearest_in(parts_[p], query, count, allowed[p]))
      found.push_back({ChunkIndex{parts_[p].rows.first + one.row}, one.product});
  }
  const auto nearer_chunk = [](const NearestChunk& a, const NearestChunk& b) {
    return a.cosine != b.cosine ? a.cosine > b.cosine : a.chunk < b.chunk;
  };
  if (parts_.size() > 1) std::sort(found.begin(), found.end(), nearer_chunk);
  if (found.size() > count) found.resize(count);
  return found;
}

NearestPlan ChunkVectors::plan(std::size_t count, std::span<const RowSet> allowed) const {
  NearestPlan all;
  const VectorCosts costs;
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    const std::size_t rows = allowed[p].count(parts_[p].rows.count);
    all.rows += rows;
    if (parts_[p].codes == nullptr) {
      all.candidates += rows;
      all.microseconds += static_cast<double>(rows) * costs.full_row / 1e3;
      continue;
    }
    const VectorPlan plan = parts_[p].codes->plan(count, allowed[p], costs);
    if (plan.method == VectorMethod::scan) all.scanned_rows += rows;
    if (plan.method == VectorMethod::lists) all.listed_rows += rows;
    all.candidates += plan.candidates;
    all.lists += plan.lists;
    all.lists_all += plan.lists_all;
    all.recall = std::min(all.recall, plan.recall);
    all.microseconds += plan.microseconds;
  }
  return all;
}

CosineSpread ChunkVectors::spread(std::span<const float> query, std::span<const RowSet> allowed) const {
  KINDLING_CHECK(query.size() == dimensions_ && allowed.size() == parts_.size());
  std::vector<float> padded(row_stride(dimensions_), 0.0F);
  std::copy(query.begin(), query.end(), padded.begin());
  std::uint64_t rows = 0;  // of files without a sample
  for (const VectorPart& part : parts_) rows += part.sample.which.empty() ? part.rows.count : 0;
  const auto step = static_cast<std::uint32_t>(rows / spread_rows + 1);
  Moments all;
  for (std::size_t p = 0; p < parts_.size(); ++p) all.add(moments_of(parts_[p], padded, allowed[p], step));
  if (all.rows == 0) return {};
  const double mean = all.sum / all.weight;
  const double variance = all.squares / all.weight - mean * mean;
  return {static_cast<float>(mean), static_cast<float>(std::sqrt(std::max(variance, 0.0))),
          static_cast<std::uint32_t>(all.rows)};
}

}  // namespace kindling
