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

// Which rows of a part are drawn: all, those with keys up to a limit, or, where there are none, what was kept
// of it or every `step`-th.
struct Drawing {
  bool all = false;
  Key limit = every_key;
  std::uint64_t step = 1;
};

// Calls use(row of the part, where it lies among the rows that are side by side with it).
template <typename Use>
void for_drawn(const VectorPart& part, const Drawing& drawing, Use use) {
  const RowSample& sample = part.sample;
  if (drawing.all || (sample.keys.empty() && sample.which.empty())) {
    const std::uint64_t step = drawing.all ? 1 : drawing.step;
    for (std::uint64_t row = 0; row < part.rows.count; row += step)
      use(static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(row));
  } else if (sample.which.empty()) {
    for (std::uint32_t row = 0; row < part.rows.count; ++row) {
      if (sample.keys[row] <= drawing.limit) use(row, row);
    }
  } else {
    for (std::uint32_t i = 0; i < sample.which.size(); ++i) {
      if (sample.keys.empty() || sample.keys[i] <= drawing.limit) use(sample.which[i], i);
    }
  }
}

}  // namespace

CosineSample::CosineSample(std::span<const VectorPart> parts, std::uint32_t dimensions,
                           std::span<const RowSet> live)
    : dimensions_(dimensions) {
  KINDLING_CHECK(parts.size() == live.size());
  std::uint64_t rows = 0;
  for (std::size_t p = 0; p < parts.size(); ++p) rows += live[p].count(parts[p].rows.count);
  Drawing drawing{.all = rows <= every_row, .limit = every_key, .step = rows / rows_stepped + 1};
  if (!drawing.all) drawing.limit = key_limit(rows);
  for (const VectorPart& part : parts) {
    if (!part.sample.keys.empty()) drawing.limit = std::min(drawing.limit, known_up_to(part));
  }

  Stratum by_keys;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const VectorPart& part = parts[p];
    const bool side_by_side = !drawing.all && !part.sample.which.empty();
    Drawn drawn{side_by_side ? part.sample.rows : part.rows.rows, {}};
    for_drawn(part, drawing, [&](std::uint32_t row, std::uint32_t at) {
      if (live[p].contains(row)) drawn.which.push_back(at);
    });
    const auto weight = static_cast<double>(live[p].count(part.rows.count));
    if (drawing.all || !part.sample.keys.empty()) {
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
