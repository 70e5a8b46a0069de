#include "index/vectors/chunk_vectors.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "index/vectors/nearest_of_parts.h"
#include "index/vectors/search_time.h"

namespace kindling {
namespace {

std::vector<VectorRows> rows_of(std::span<const VectorPart> parts) {
  std::vector<VectorRows> rows;
  rows.reserve(parts.size());
  for (const VectorPart& part : parts) rows.push_back(part.rows);
  return rows;
}

// Of few rows an exact search. Where a filter leaves few of many, these lie on as many pages, which a process
// that has not touched them yet pays for: the plan knows.
NearestSearch search_of(std::span<const VectorPart> parts, std::span<const RowSet> allowed, NearestSearch how) {
  std::size_t rows = 0, may_be_found = 0;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    rows += parts[p].rows.count;
    may_be_found += allowed[p].count(parts[p].rows.count);
  }
  constexpr std::size_t most = ChunkVectors::every_row_compared;
  return may_be_found <= most && rows <= 2 * most ? NearestSearch::exact : how;
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
                                                std::span<const RowSet> allowed, NearestSearch how) const {
  KINDLING_CHECK(query.size() == dimensions_ && count > 0 && allowed.size() == parts_.size());
  return nearest_of_parts(parts_, query, count, allowed, costs_, search_of(parts_, allowed, how));
}

NearestPlan ChunkVectors::plan(std::size_t count, std::span<const RowSet> allowed, NearestSearch how) const {
  NearestPlan all;
  all.measured_costs = costs_.measured();
  const std::vector<std::size_t> asked = first_asked(parts_, count, allowed);
  const bool exact = search_of(parts_, allowed, how) == NearestSearch::exact;
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
    const VectorCodes& codes = *parts_[p].codes;
    const bool untouched = parts_[p].far.far();
    const VectorPlan plan = exact ? codes.plan_of_all(asked[p], allowed[p], costs_, untouched)
                                  : codes.plan(asked[p], allowed[p], costs_, untouched);
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

}  // namespace kindling
