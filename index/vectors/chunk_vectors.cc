#include "index/vectors/chunk_vectors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "base/simd/codes.h"
#include "base/simd/vectors.h"
#include "index/vectors/nearest_of_parts.h"
#include "index/vectors/search_time.h"

namespace kindling {
namespace {

constexpr std::uint32_t rows_a_block = 512;
constexpr std::uint32_t spread_sample = 4'096;  // rows of a collection whose files keep no sample

std::vector<VectorRows> rows_of(std::span<const VectorPart> parts) {
  std::vector<VectorRows> rows;
  rows.reserve(parts.size());
  for (const VectorPart& part : parts) rows.push_back(part.rows);
  return rows;
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

// Calls use(rows, which of the file they are, how many) for those of a part that its spread is measured by: its
// sample, or every `step`-th row, some at a time. `which(i)` is the number of the i-th.
template <typename Use>
void for_spread_rows(const VectorPart& part, std::size_t stride, std::uint32_t step, Use use) {
  std::vector<std::uint32_t> which;
  if (step == 1) {
    for (std::uint32_t first = 0; first < part.rows.count; first += rows_a_block) {
      which.resize(std::min(rows_a_block, part.rows.count - first));
      std::iota(which.begin(), which.end(), first);
      use(part.rows.rows + std::size_t{first} * stride, std::span<const std::uint32_t>(which), true);
    }
  } else if (!part.sample.which.empty()) {
    use(part.sample.rows, part.sample.which, true);
  } else {
    for (std::uint64_t row = 0; row < part.rows.count; row += step)
      which.push_back(static_cast<std::uint32_t>(row));
    use(part.rows.rows, std::span<const std::uint32_t>(which), false);
  }
}

// Of a file's rows that are allowed, scaled up to their number where only some were looked at.
Moments moments_of(const VectorPart& part, std::span<const float> padded, const RowSet& allowed,
                   std::uint32_t step) {
  Moments moments;
  for_spread_rows(part, padded.size(), step,
                  [&](const float* rows, std::span<const std::uint32_t> which, bool side_by_side) {
                    std::vector<float> products(which.size());
                    if (side_by_side) {
                      inner_products(padded, {rows, which.size() * padded.size()}, products);
                    } else {
                      full_products(padded, rows, padded.size(), which, products);
                    }
                    for (std::size_t i = 0; i < which.size(); ++i) {
                      if (!std::isnan(products[i]) && allowed.contains(which[i])) moments.add(products[i]);
                    }
                  });
  if (moments.rows == 0) return {};
  moments.weight = static_cast<double>(allowed.count(part.rows.count));
  const double scale = moments.weight / static_cast<double>(moments.rows);
  moments.sum *= scale;
  moments.squares *= scale;
  return moments;
}

// Adds the part's mean row, times the number of its rows that are allowed; gives that number.
double add_mean(const VectorPart& part, std::size_t stride, const RowSet& allowed, std::uint32_t step,
                std::span<double> sum) {
  std::vector<double> own(sum.size());
  std::size_t added = 0;
  for_spread_rows(part, stride, step,
                  [&](const float* rows, std::span<const std::uint32_t> which, bool side_by_side) {
                    for (std::size_t i = 0; i < which.size(); ++i) {
                      const float* const row = rows + (side_by_side ? i : which[i]) * stride;
                      if (!allowed.contains(which[i]) || std::isnan(row[0])) continue;
                      for (std::size_t d = 0; d < own.size(); ++d) own[d] += row[d];
                      ++added;
                    }
                  });
  if (added == 0) return 0;
  const auto weight = static_cast<double>(allowed.count(part.rows.count));
  for (std::size_t d = 0; d < own.size(); ++d) sum[d] += own[d] * (weight / static_cast<double>(added));
  return weight;
}

}  // namespace

ChunkVectors::ChunkVectors(std::vector<VectorPart> parts, std::uint32_t dimensions, const VectorCosts& costs)
    : parts_(std::move(parts)),
      dimensions_(dimensions),
      costs_(costs),
      rows_(make_flat_vector_store(rows_of(parts_), dimensions)) {}

std::span<const float> ChunkVectors::row(std::uint32_t chunk) const {
  const auto row = rows_->row(chunk);
  return row.empty() || std::isnan(row.front()) ? std::span<const float>() : row;
}

void ChunkVectors::add_row(std::uint32_t chunk, float weight, std::span<float> sum) const {
  std::span<const float> row = rows_->row(chunk);
  if (row.empty()) return;
  const auto part = std::partition_point(parts_.begin(), parts_.end(), [&](const VectorPart& candidate) {
    return candidate.rows.first + candidate.rows.count <= chunk;
  });
  std::vector<float> copy;
  if (part->far.far()) {
    copy.resize(row.size());
    const auto offset = reinterpret_cast<const char*>(row.data()) - part->far.file->bytes().data();
    part->far.file->copy(static_cast<std::size_t>(offset),
                         {reinterpret_cast<char*>(copy.data()), copy.size() * sizeof(float)});
    row = copy;
  }
  if (std::isnan(row.front())) return;
  for (std::size_t d = 0; d < row.size(); ++d) sum[d] += weight * row[d];
}

void ChunkVectors::inner_products(std::span<const float> query, std::span<float> out) const {
  rows_->inner_products(query, out);
}

void ChunkVectors::inner_products(std::span<const float> query, std::span<const ChunkIndex> chunks,
                                  std::span<float> out) const {
  KINDLING_CHECK(query.size() == dimensions_ && chunks.size() == out.size());
  std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
  std::vector<std::uint32_t> which;
  auto part = parts_.begin();
  for (std::size_t i = 0; i < chunks.size();) {
    const std::uint32_t chunk = position(chunks[i]);
    if (part == parts_.end() || chunk < part->rows.first || chunk - part->rows.first >= part->rows.count) {
      part = std::partition_point(parts_.begin(), parts_.end(), [&](const VectorPart& candidate) {
        return candidate.rows.first + candidate.rows.count <= chunk;
      });
      if (part == parts_.end() || chunk < part->rows.first) {
        ++i;
        continue;
      }
    }
    // All that follow in the same file.
    which.clear();
    const std::size_t first = i;
    for (; i < chunks.size() && position(chunks[i]) - part->rows.first < part->rows.count; ++i)
      which.push_back(position(chunks[i]) - part->rows.first);
    products_in_full({part->rows.rows, part->rows.count, dimensions_, row_stride(dimensions_)}, part->far,
                     query, which, out.subspan(first, which.size()));
  }
}

std::vector<NearestChunk> ChunkVectors::nearest(std::span<const float> query, std::size_t count,
                                                std::span<const RowSet> allowed) const {
  KINDLING_CHECK(query.size() == dimensions_ && count > 0 && allowed.size() == parts_.size());
  return nearest_of_parts(parts_, query, count, allowed, costs_);
}

NearestPlan ChunkVectors::plan(std::size_t count, std::span<const RowSet> allowed) const {
  NearestPlan all;
  all.measured_costs = costs_.measured();
  const std::vector<std::size_t> asked = first_asked(parts_, count, allowed);
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    const std::size_t rows = allowed[p].count(parts_[p].rows.count);
    all.rows += rows;
    if (parts_[p].codes == nullptr) {
      all.candidates += rows;
      CodesHead none;  // of codes; every row is read in full
      none.dimensions = dimensions_;
      none.rows = parts_[p].rows.count;
      all.microseconds += exact_time(none, static_cast<double>(rows), static_cast<double>(rows),
                                     static_cast<double>(std::max<std::size_t>(asked[p], 1)), costs_, false);
      continue;
    }
    all.coded_rows += rows;
    if (asked[p] == 0) continue;
    const VectorPlan plan = parts_[p].codes->plan(asked[p], allowed[p], costs_, parts_[p].far.far());
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
  const std::uint32_t step = spread_step();
  Moments all;
  for (std::size_t p = 0; p < parts_.size(); ++p) all.add(moments_of(parts_[p], padded, allowed[p], step));
  if (all.rows == 0) return {};
  const double mean = all.sum / all.weight;
  const double variance = all.squares / all.weight - mean * mean;
  return {static_cast<float>(mean), static_cast<float>(std::sqrt(std::max(variance, 0.0))),
          static_cast<std::uint32_t>(all.rows)};
}

std::vector<float> ChunkVectors::mean(std::span<const RowSet> allowed) const {
  KINDLING_CHECK(allowed.size() == parts_.size());
  std::vector<double> sum(dimensions_);
  double rows = 0;
  for (std::size_t p = 0; p < parts_.size(); ++p)
    rows += add_mean(parts_[p], row_stride(dimensions_), allowed[p], spread_step(), sum);
  std::vector<float> mean(dimensions_);
  for (std::size_t d = 0; d < mean.size() && rows > 0; ++d) mean[d] = static_cast<float>(sum[d] / rows);
  return mean;
}

// 1: all rows are looked at.
std::uint32_t ChunkVectors::spread_step() const {
  std::uint64_t rows = 0;
  for (const VectorPart& part : parts_) rows += part.rows.count;
  return rows <= spread_rows ? 1 : static_cast<std::uint32_t>(rows / spread_sample + 1);
}

}  // namespace kindling
