#include "index/vectors/cosine_sample.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/simd/codes.h"
#include "index/vectors/vector_store.h"

namespace kindling {
namespace {

using Key = std::uint64_t;
constexpr Key every_key = std::numeric_limits<Key>::max();
constexpr std::uint32_t rows_stepped = 4'096;  // about, of files without a sample

// Below which a row of all is drawn, where keys are spread evenly.
Key key_limit(std::uint64_t live_rows) {
  return static_cast<Key>(std::ldexp(static_cast<double>(CosineSample::rows_drawn), 64) /
                          static_cast<double>(live_rows));
}

// The file kept all its rows with keys up to this.
Key known_up_to(const VectorPart& part) {
  return part.sample.which.empty() ? every_key : std::ranges::max(part.sample.keys);
}

}  // namespace

CosineSample::CosineSample(std::span<const VectorPart> parts, std::uint32_t dimensions,
                           std::span<const RowSet> live)
    : dimensions_(dimensions) {
  KINDLING_CHECK(parts.size() == live.size());
  std::uint64_t rows = 0;
  for (std::size_t p = 0; p < parts.size(); ++p) rows += live[p].count(parts[p].rows.count);
  const bool all = rows <= every_row;
  Key limit = all ? every_key : key_limit(rows);
  for (const VectorPart& part : parts) {
    if (!all && !part.sample.keys.empty()) limit = std::min(limit, known_up_to(part));
  }
  const std::uint64_t step = rows / rows_stepped + 1;

  Stratum by_keys;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const VectorPart& part = parts[p];
    const RowSample& sample = part.sample;
    const auto weight = static_cast<double>(live[p].count(part.rows.count));
    Drawn drawn{part.rows.rows, {}};
    const auto draw = [&](std::uint32_t row, std::uint32_t at) {
      if (live[p].contains(row)) drawn.which.push_back(at);
    };
    if (all || (sample.keys.empty() && sample.which.empty())) {
      for (std::uint64_t row = 0; row < part.rows.count; row += all ? 1 : step)
        draw(static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(row));
    } else if (sample.which.empty()) {
      for (std::uint32_t row = 0; row < part.rows.count; ++row) {
        if (sample.keys[row] <= limit) draw(row, row);
      }
    } else {
      drawn.rows = sample.rows;
      for (std::uint32_t i = 0; i < sample.which.size(); ++i) {
        if (sample.keys.empty() || sample.keys[i] <= limit) draw(sample.which[i], i);
      }
    }
    if (all || !sample.keys.empty()) {
      by_keys.weight += weight;
      by_keys.files.push_back(std::move(drawn));
    } else {
      strata_.push_back({{std::move(drawn)}, weight});
    }
  }
  strata_.push_back(std::move(by_keys));
}

CosineSpread CosineSample::spread(std::span<const float> query) const {
  KINDLING_CHECK(query.size() == dimensions_);
  double sum = 0, squares = 0, weight = 0;
  std::uint32_t rows = 0;
  std::vector<float> products;
  for (const Stratum& stratum : strata_) {
    double own_sum = 0, own_squares = 0;
    std::uint32_t own_rows = 0;
    for (const Drawn& file : stratum.files) {
      products.resize(file.which.size());
      full_products(query, file.rows, row_stride(dimensions_), file.which, products);
      for (const float product : products) {
        if (std::isnan(product)) continue;  // no vector, and removed
        own_sum += product;
        own_squares += double{product} * product;
        ++own_rows;
      }
    }
    if (own_rows == 0) continue;
    const double scale = stratum.weight / own_rows;
    sum += own_sum * scale;
    squares += own_squares * scale;
    weight += stratum.weight;
    rows += own_rows;
  }
  if (rows == 0) return {};
  const double mean = sum / weight;
  return {static_cast<float>(mean),
          static_cast<float>(std::sqrt(std::max(squares / weight - mean * mean, 0.0))), rows};
}

std::vector<float> CosineSample::mean() const {
  std::vector<double> sum(dimensions_), own(dimensions_);
  double weight = 0;
  for (const Stratum& stratum : strata_) {
    std::ranges::fill(own, 0.0);
    std::uint32_t own_rows = 0;
    for (const Drawn& file : stratum.files) {
      for (const std::uint32_t at : file.which) {
        const float* const row = file.rows + std::size_t{at} * row_stride(dimensions_);
        if (std::isnan(row[0])) continue;
        for (std::size_t d = 0; d < own.size(); ++d) own[d] += row[d];
        ++own_rows;
      }
    }
    if (own_rows == 0) continue;
    for (std::size_t d = 0; d < own.size(); ++d) sum[d] += own[d] * (stratum.weight / own_rows);
    weight += stratum.weight;
  }
  std::vector<float> mean(dimensions_);
  for (std::size_t d = 0; d < mean.size() && weight > 0; ++d) mean[d] = static_cast<float>(sum[d] / weight);
  return mean;
}

}  // namespace kindling
