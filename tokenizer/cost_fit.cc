#include "tokenizer/cost_fit.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace kindling {
namespace {

constexpr double large_share = .005;   // of large requests: what does not average out
constexpr double ridge = .0005;        // how firmly costs are drawn to the usual ones
constexpr double eastern_scatter = 3;  // variance of a token's worth of Chinese, Japanese, Korean; of others: 1
constexpr double leverage_max = .95;

// A trait's usual cost in byte-level BPE vocabularies of 100,000 to 200,000 entries, how far it may vary, and
// the bytes that one of it stands for where it is unseen (0: another trait stands for them).
struct Usual {
  Trait of;
  double cost;
  double scale;
  double bytes;
};

constexpr std::array<Usual, trait_count> usual{{
    {Trait::request, 4, 8, 0},         {Trait::message, 4, 4, 0},       {Trait::word, .14, .14, 0},
    {Trait::letter, .18, .18, 0},      {Trait::rare, .5, .5, 1},        {Trait::upper, .45, .45, 1},
    {Trait::shout, 0, .3, 0},          {Trait::beyond_5, 0, .3, 0},     {Trait::beyond_9, 0, .3, 1},
    {Trait::digit, .66, .66, 1},       {Trait::digit_run, 0, .3, 0},    {Trait::digit_trio, 0, .3, 0},
    {Trait::blank_run, 0, .3, 0},      {Trait::blank, 0, .3, 1},        {Trait::line_run, .45, .45, 0},
    {Trait::line, .16, .16, 1},        {Trait::sign_run, .45, .45, 0},  {Trait::sign, .375, .375, 1},
    {Trait::sign_tail, 0, .3, 0},      {Trait::latin, .96, .96, 3},     {Trait::quote, 1.04, 1.04, 3},
    {Trait::east, .25, .25, 3},        {Trait::east_run, .45, .45, 0},  {Trait::semitic, .3, .3, 3},
    {Trait::semitic_run, .45, .45, 0}, {Trait::brahmic, .4, .4, 3},     {Trait::kana, .63, .63, 3},
    {Trait::han, .81, .81, 3},         {Trait::wide_sign, 1.2, 1.2, 3}, {Trait::hangul, .6, .6, 3},
    {Trait::other, .8, .8, 4},         {Trait::seam, 0, .03, 0},
}};
constexpr bool usual_is_in_order = [] {
  for (std::size_t i = 0; i < trait_count; ++i) {
    if (usual[i].of != static_cast<Trait>(i)) return false;
  }
  return true;
}();
static_assert(usual_is_in_order);

}  // namespace

double scatter_of(const TextShape& shape) {
  double tokens = 1, variance = 1;
  for (std::size_t i = 0; i < trait_count; ++i) {
    const double part = usual[i].cost * static_cast<double>(shape.traits[i]);
    tokens += part;
    const bool eastern = usual[i].of >= Trait::kana && usual[i].of <= Trait::hangul;
    variance += eastern ? eastern_scatter * part : part;
  }
  return variance / tokens;
}

double token_spread(double tokens, double scatter) {
  const double common = large_share * tokens;
  return std::sqrt(scatter * std::max(tokens, 1.) + common * common);
}

double usual_cost(std::size_t trait) { return usual[trait].cost; }

double unseen_bytes_each(std::size_t trait) { return usual[trait].bytes; }

CostFit::CostFit(std::span<const Observation> observations) {
  KINDLING_CHECK(!observations.empty());
  double sum = 0;
  for (const Observation& o : observations) {
    const double relative =
        static_cast<double>(o.truth) / token_spread(static_cast<double>(o.truth), scatter_of(o.shape));
    sum += relative * relative;
  }
  weight_ = std::sqrt(sum / static_cast<double>(observations.size()));
  std::vector<Row> rows;
  for (const Observation& o : observations) rows.push_back(row_of(o.shape, static_cast<double>(o.truth)));
  for (std::size_t i = 0; i < trait_count; ++i) free_.push_back(i);
  for (bool again = true; again;) {  // each round holds those at zero that would turn negative
    factor(rows);
    std::vector<double> right(free_.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const auto truth = static_cast<double>(observations[r].truth);
      double rest =
          truth / (token_spread(truth, scatter_of(observations[r].shape)) * weight_);  // beyond the usual
      for (const std::size_t i : free_) rest -= rows[r][i] * usual[i].cost / usual[i].scale;
      for (std::size_t f = 0; f < free_.size(); ++f) right[f] += rows[r][free_[f]] * rest;
    }
    const std::vector<double> change = solve(std::move(right));
    cost_ = {};
    std::vector<std::size_t> still_free;
    for (std::size_t f = 0; f < free_.size(); ++f) {
      const double cost = usual[free_[f]].cost + change[f] * usual[free_[f]].scale;
      cost_[free_[f]] = std::max(cost, 0.);
      if (cost >= -1e-9) still_free.push_back(free_[f]);
    }
    again = still_free.size() < free_.size();
    if (again) free_ = std::move(still_free);
  }
}

double CostFit::estimate(const TextShape& shape) const {
  double sum = 0;
  for (std::size_t i = 0; i < trait_count; ++i) sum += cost_[i] * static_cast<double>(shape.traits[i]);
  return std::max(sum, 1.);
}

double CostFit::leverage(const TextShape& shape, double tokens) const {
  return std::min(leverage_outside(shape, tokens), leverage_max);
}

double CostFit::leverage_outside(const TextShape& shape, double tokens) const {
  const Row row = row_of(shape, tokens);
  std::vector<double> values;
  for (const std::size_t i : free_) values.push_back(row[i]);
  solve_lower(values);
  double sum = 0;
  for (const double value : values) sum += value * value;
  return sum;
}

CostFit::Row CostFit::row_of(const TextShape& shape, double tokens) const {
  const double unit = token_spread(tokens, scatter_of(shape)) * weight_;
  Row row;
  for (std::size_t i = 0; i < trait_count; ++i) {
    row[i] = static_cast<double>(shape.traits[i]) * usual[i].scale / unit;
  }
  return row;
}

void CostFit::factor(std::span<const Row> rows) {
  const std::size_t size = free_.size();
  factor_.assign(size * size, 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j <= i; ++j) factor_[i * size + j] += row[free_[i]] * row[free_[j]];
    }
  }
  for (std::size_t i = 0; i < size; ++i) factor_[i * size + i] += ridge;
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = factor_[i * size + j];
      for (std::size_t k = 0; k < j; ++k) sum -= factor_[i * size + k] * factor_[j * size + k];
      factor_[i * size + j] = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / factor_[j * size + j];
    }
  }
}

void CostFit::solve_lower(std::vector<double>& right) const {
  const std::size_t size = free_.size();
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k < i; ++k) right[i] -= factor_[i * size + k] * right[k];
    right[i] /= factor_[i * size + i];
  }
}

std::vector<double> CostFit::solve(std::vector<double> right) const {
  const std::size_t size = free_.size();
  solve_lower(right);
  for (std::size_t i = size; i-- > 0;) {
    for (std::size_t k = i + 1; k < size; ++k) right[i] -= factor_[k * size + i] * right[k];
    right[i] /= factor_[i * size + i];
  }
  return right;
}

}  // namespace kindling
