#include "index/vectors/list_training.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "base/check.h"
#include "base/parallel.h"
#include "base/simd/multiply.h"
#include "base/simd/vectors.h"

namespace kindling {
namespace {

// Measured (docs/vectors.md): more of either finds hardly better lists.
constexpr std::uint32_t sampled_per_list = 40;
constexpr int rounds = 8;

// Products of so many rows with all centres are worked out at once: they stay in the second-level cache.
constexpr std::uint32_t rows_at_once = 64;
constexpr std::uint32_t groups_at_once = 16;

// The centres of the largest products for each of some rows.
class Assigner {
 public:
  Assigner(const VectorMatrix& rows, const std::vector<float>& centres, std::uint32_t count)
      : rows_(rows), bias_(centres.size() / rows.dimensions), layer_{centres, bias_}, best_(count) {}

  // Rows [first, first + rows of `out`), at most rows_at_once.   out: [rows][count]
  void assign(std::uint32_t first, std::span<std::uint32_t> out) {
    const auto rows = static_cast<std::uint32_t>(out.size() / best_.size());
    const Columns in = in_.shape(rows_.dimensions, rows_at_once);
    const Columns products = products_.shape(layer_.outputs(), rows_at_once);
    for (std::uint32_t i = 0; i < rows_at_once; ++i) {
      const auto row = rows_.row(first + std::min(i, rows - 1));
      for (std::uint32_t d = 0; d < rows_.dimensions; ++d) in.data[d * in.stride + i] = row[d];
    }
    multiply(layer_, in, products, Epilogue::store);
    if (best_.size() == 1) {
      largest(products, out);
      return;
    }
    for (std::uint32_t i = 0; i < rows; ++i) several(products, i, out.subspan(i * best_.size(), best_.size()));
  }

 private:
  void largest(const Columns& products, std::span<std::uint32_t> out) const {
    std::array<float, rows_at_once> best;
    std::array<std::uint32_t, rows_at_once> which;
    best.fill(-std::numeric_limits<float>::infinity());
    which.fill(no_list);
    for (std::uint32_t list = 0; list < layer_.outputs(); ++list) {
      const float* of_list = products.feature(list);
      for (std::uint32_t i = 0; i < rows_at_once; ++i) {
        const bool better = of_list[i] > best[i];
        best[i] = better ? of_list[i] : best[i];
        which[i] = better ? list : which[i];
      }
    }
    std::copy_n(which.begin(), out.size(), out.begin());
  }

  // Of column `i`, by insertion: most products are below the last that is kept.
  void several(const Columns& products, std::uint32_t i, std::span<std::uint32_t> out) {
    std::fill(best_.begin(), best_.end(), -std::numeric_limits<float>::infinity());
    std::fill(out.begin(), out.end(), no_list);
    for (std::uint32_t list = 0; list < layer_.outputs(); ++list) {
      const float product = products.feature(list)[i];
      if (!(product > best_.back())) continue;
      std::size_t at = best_.size() - 1;
      for (; at > 0 && best_[at - 1] < product; --at) {
        best_[at] = best_[at - 1];
        out[at] = out[at - 1];
      }
      best_[at] = product;
      out[at] = list;
    }
  }

  const VectorMatrix& rows_;
  std::vector<float> bias_;
  Linear layer_;
  std::vector<float> best_;  // [count], of the row at hand
  ColumnBuffer in_, products_;
};

// Every `step`-th row, as a matrix of its own.
VectorMatrix evenly_spaced(const VectorMatrix& rows, std::uint32_t wanted) {
  const std::uint32_t step = std::max(1U, std::min(rows.count / wanted, 0xffff'ffffU / rows.stride));
  return {rows.rows, (rows.count + step - 1) / step, rows.dimensions, rows.stride * step};
}

// Rows at random, without NaN where there are any such.
std::vector<float> first_centres(const VectorMatrix& sample, std::uint32_t lists, std::mt19937& random) {
  std::vector<float> centres;
  centres.reserve(std::size_t{lists} * sample.dimensions);
  std::vector<std::uint32_t> order(sample.count);
  for (std::uint32_t i = 0; i < sample.count; ++i) order[i] = i;
  for (std::uint32_t i = 0; i < lists; ++i) {
    const auto left = sample.count - i % sample.count;
    std::swap(order[i % sample.count], order[i % sample.count + static_cast<std::uint32_t>(random() % left)]);
    for (const float value : sample.row(order[i % sample.count]))
      centres.push_back(std::isfinite(value) ? value : 0);
    normalize_l2(std::span(centres).last(sample.dimensions));
  }
  return centres;
}

// The direction of the sum of each list's rows; a list without rows takes a row at random.
void move_centres(const VectorMatrix& sample, const std::vector<std::uint32_t>& list_of,
                  std::vector<float>& centres, std::mt19937& random) {
  std::vector<std::uint32_t> counts(centres.size() / sample.dimensions);
  std::fill(centres.begin(), centres.end(), 0.0F);
  const auto add = [&](std::uint32_t list, std::uint32_t row) {
    float* centre = centres.data() + std::size_t{list} * sample.dimensions;
    const auto values = sample.row(row);
    for (std::uint32_t d = 0; d < sample.dimensions; ++d) centre[d] += values[d];
    ++counts[list];
  };
  for (std::uint32_t row = 0; row < sample.count; ++row) {
    if (list_of[row] != no_list) add(list_of[row], row);
  }
  for (std::uint32_t list = 0; list < counts.size(); ++list) {
    if (counts[list] == 0) {
      const auto row = static_cast<std::uint32_t>(random() % sample.count);
      if (list_of[row] != no_list) add(list, row);
    }
    normalize_l2(std::span(centres).subspan(std::size_t{list} * sample.dimensions, sample.dimensions));
  }
}

}  // namespace

std::vector<float> train_centres(const VectorMatrix& rows, std::uint32_t lists, unsigned threads) {
  KINDLING_CHECK(lists > 0 && lists <= rows.count);
  const std::uint64_t wanted = std::min<std::uint64_t>(rows.count, std::uint64_t{lists} * sampled_per_list);
  const VectorMatrix sample = evenly_spaced(rows, static_cast<std::uint32_t>(wanted));
  std::mt19937 random(lists);
  std::vector<float> centres = first_centres(sample, lists, random);
  for (int round = 0; round < rounds; ++round)
    move_centres(sample, nearest_centres(sample, centres, 1, threads), centres, random);
  return centres;
}

std::vector<std::uint32_t> nearest_centres(const VectorMatrix& rows, const std::vector<float>& centres,
                                           std::uint32_t count, unsigned threads) {
  KINDLING_CHECK(count > 0);
  constexpr std::uint32_t share_rows = rows_at_once * groups_at_once;
  std::vector<std::uint32_t> lists_of(std::size_t{rows.count} * count, no_list);
  parallel_for((rows.count + share_rows - 1) / share_rows, threads, [&](std::size_t share) {
    Assigner assigner(rows, centres, count);
    const auto begin = static_cast<std::uint32_t>(share) * share_rows;
    const std::uint32_t end = begin + std::min(share_rows, rows.count - begin);
    for (std::uint32_t first = begin; first < end; first += rows_at_once) {
      const std::size_t some = std::min(rows_at_once, end - first);
      assigner.assign(first, std::span(lists_of).subspan(std::size_t{first} * count, some * count));
    }
  });
  return lists_of;
}

}  // namespace kindling
