#include "index/vectors/vector_costs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/env.h"
#include "base/simd/codes.h"
#include "index/vectors/exact_pass.h"
#include "index/vectors/int8_codes.h"
#include "index/vectors/one_bit_codes.h"
#include "index/vectors/rotation.h"

namespace kindling {
namespace {

constexpr std::size_t rows_asked = 1'024;  // of a round
constexpr std::size_t rounds = 4;
constexpr std::size_t block_run = 4;  // blocks of a list that are scanned one after the other
constexpr std::size_t row_step = 10;  // of the rows of an exact pass, one in so many is allowed
constexpr std::size_t hits_kept = 1'000;
constexpr std::size_t file_rows = 512;
constexpr double least_cost = .01;

// Nanoseconds for each of `count`, the least of some rounds: other work only ever adds. work(what
// prepare(round) gives, which takes no part).
template <typename Work, typename Prepare>
double least(std::size_t count, Work work, Prepare prepare) {
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t round = 0; round < rounds; ++round) {
    auto prepared = prepare(round);
    const Stopwatch watch;
    work(prepared);
    best = std::min(best, watch.milliseconds() * 1e6 / static_cast<double>(count));
  }
  return std::max(best, least_cost);
}

// Memory as large as a collection of many rows, of bytes that are as good as any: numbers between -1 and 1.
class Memory {
 public:
  explicit Memory(std::size_t bytes) : values_(bytes / sizeof(float)) {
    std::mt19937 random(1);
    std::vector<float> some(1U << 16U);
    for (float& value : some) value = static_cast<float>(random() % 2'001) / 1'000 - 1;
    for (std::size_t at = 0; at < values_.size(); at += some.size())
      std::copy_n(some.data(), std::min(some.size(), values_.size() - at), values_.data() + at);
  }
  [[nodiscard]] const float* floats() const { return values_.data(); }
  template <typename T>
  [[nodiscard]] const T* as() const {
    return reinterpret_cast<const T*>(values_.data());
  }

 private:
  AlignedArray<float> values_;
};

// Those of one round; of many, no row comes twice, so that each comes from where all lie.
std::vector<std::uint32_t> any_rows(std::size_t rows, std::size_t round, std::size_t count = rows_asked) {
  std::mt19937 random(static_cast<std::uint32_t>(round));
  std::vector<std::uint32_t> which(count);
  for (std::uint32_t& one : which) one = static_cast<std::uint32_t>(random() % rows);
  return which;
}

// Each `step` after the last, another place in every round.
std::vector<std::uint32_t> rows_apart(std::size_t rows, std::size_t step, std::size_t round) {
  std::vector<std::uint32_t> which(rows_asked);
  for (std::size_t i = 0; i < which.size(); ++i)
    which[i] = static_cast<std::uint32_t>((round * rows / rounds + i * step) % rows);
  return which;
}

class Measurement {
 public:
  explicit Measurement(std::uint32_t dimensions)
      : stride_(int8_stride(dimensions)),
        query_(dimensions),
        rotation_(dimensions),
        rotated_(rotation_.padded()) {
    std::mt19937 random(2);
    for (float& value : query_) value = static_cast<float>(random() % 2'001) / 1'000 - 1;
    rotation_.rotate(query_, rotated_);
  }

  [[nodiscard]] double block(double bytes) const {
    const OneBitTables tables(rotated_);
    const std::size_t block_bytes = rotated_.size() / 8 * code_block_rows;
    const std::size_t blocks =
        std::max<std::size_t>(2 * block_run, static_cast<std::size_t>(bytes) / block_bytes);
    const AlignedArray<std::uint16_t> factors(blocks * code_block_rows);
    const OneBitBlocks all{memory_.as<std::uint8_t>(), factors.data(), rotated_.size() / 8};
    std::array<CodeHit, code_block_rows> hits;
    const std::size_t runs = rows_asked / block_run;
    return least(
        runs * block_run,
        [&](const std::vector<std::uint32_t>& firsts) {
          for (const std::uint32_t first : firsts) {
            std::size_t found = 0;
            scan_one_bit(tables.query(), all, first, first + block_run, 1, hits, found);
          }
        },
        [&](std::size_t round) { return any_rows(blocks - block_run, round, runs); });
  }

  // Rows anywhere, or of one place on every `step`-th.
  [[nodiscard]] double int8_row(double bytes, std::size_t step) const {
    const std::size_t rows = rows_over(bytes, stride_);
    const std::vector<Int8Scale> scales(rows);
    const Int8Query asked(query_, stride_);
    const Int8Rows all{memory_.as<std::int8_t>(), scales.data(), static_cast<std::uint32_t>(rows), stride_};
    std::vector<float> products(rows_asked);
    return least(
        rows_asked, [&](const std::vector<std::uint32_t>& which) { asked.products(all, which, products); },
        [&](std::size_t round) { return step == 0 ? any_rows(rows, round) : rows_apart(rows, step, round); });
  }

  [[nodiscard]] double full_row(double bytes) const {
    const std::size_t rows = rows_over(bytes, query_.size() * sizeof(float));
    std::vector<float> products(rows_asked);
    return least(
        rows_asked,
        [&](const std::vector<std::uint32_t>& which) {
          full_products(query_, memory_.floats(), query_.size(), which, products);
        },
        [&](std::size_t round) { return any_rows(rows, round); });
  }

  // What begins a list, beside its blocks: taking it out of the order, and what is not asked for ahead.
  [[nodiscard]] double list_begun() const {
    constexpr std::size_t lists = 1'024;
    std::vector<std::pair<float, std::uint32_t>> made(lists);
    for (std::uint32_t i = 0; i < lists; ++i) made[i] = {memory_.floats()[i], i};
    std::uint32_t last = 0;
    return least(
               lists / 2,
               [&](auto& order) {
                 std::ranges::make_heap(order);
                 for (std::size_t taken = 0; taken < lists / 2; ++taken) {
                   std::pop_heap(order.begin(), order.end() - static_cast<std::ptrdiff_t>(taken));
                   last ^= order.back().second;
                 }
               },
               [&](std::size_t) { return made; }) +
           static_cast<double>(last >> 31U);
  }

 private:
  [[nodiscard]] static std::size_t rows_over(double bytes, std::size_t row) {
    return std::max<std::size_t>(1, static_cast<std::size_t>(bytes) / row);
  }

  std::uint32_t stride_;
  std::vector<float> query_;
  Rotation rotation_;
  std::vector<float> rotated_;
  Memory memory_{static_cast<std::size_t>(spread_many)};
};

// In no order, and in another one each round: a processor learns even an order of thousands.
template <typename T>
std::vector<T> any_values(std::size_t count, std::size_t round) {
  std::mt19937 random(static_cast<std::uint32_t>(round));
  std::vector<T> values(count);
  for (std::uint32_t i = 0; i < count; ++i) values[i] = {i, static_cast<float>(random() % 1'000'003)};
  return values;
}

// A hit that is kept: as code_scan.cc keeps them, where half of what was kept is dropped at a time.
double kept_cost() {
  return least(
      hits_kept,
      [](std::vector<CodeHit>& hits) {
        std::nth_element(hits.begin(), hits.begin() + (hits_kept - 1), hits.end(),
                         [](const CodeHit& a, const CodeHit& b) {
                           return a.estimate > b.estimate || (a.estimate == b.estimate && a.row < b.row);
                         });
      },
      [](std::size_t round) { return any_values<CodeHit>(2 * hits_kept, round); });
}

double sorted_cost() {
  const double comparisons = static_cast<double>(hits_kept) * std::log2(static_cast<double>(hits_kept));
  return least(
      static_cast<std::size_t>(comparisons),
      [](std::vector<Neighbour>& rows) { std::ranges::sort(rows, nearer); },
      [](std::size_t round) { return any_values<Neighbour>(hits_kept, round); });
}

// Three bits in four of a filter are off, in no order that a processor could foretell.
double tested_cost() {
  constexpr std::uint32_t rows = 1U << 20U;
  std::vector<std::uint64_t> words(rows / 64);
  std::mt19937_64 random(5);
  for (std::uint64_t& word : words) word = random() & random();
  const RowSet allowed(words, rows / 4);
  std::size_t kept = 0;
  const double cost = least(
      4 * rows_asked,
      [&](std::vector<std::uint32_t>& which) {
        std::size_t end = 0;
        for (const std::uint32_t row : which) {
          if (allowed.contains(row)) which[end++] = row;
        }
        kept += end;
      },
      [](std::size_t round) { return any_rows(rows, round, 4 * rows_asked); });
  KINDLING_CHECK(kept > 0);
  return cost;
}

// Of this program's own file, which is in memory and at hand wherever it runs. What cannot be read keeps its
// default.
void measure_file(Files& files, std::uint32_t dimensions, VectorCosts& costs) {
  const std::size_t row = dimensions * sizeof(float);
  double copied = std::numeric_limits<double>::infinity(), fault = copied;
  for (std::size_t round = 0; round < rounds; ++round) {
    const auto file = files.map("/proc/self/exe");
    if (!file.ok() || (*file)->bytes().size() < 2 * row + static_cast<std::size_t>(bytes_a_fault)) return;
    const std::string_view bytes = (*file)->bytes();
    std::vector<char> copy(row);
    const auto places = any_rows(bytes.size() - row, round, file_rows);
    const Stopwatch copying;
    for (const std::uint32_t place : places) (*file)->copy(place, copy);
    copied = std::min(copied, copying.milliseconds() * 1e6 / file_rows);
    const auto step = static_cast<std::size_t>(bytes_a_fault);
    unsigned sum = 0;
    const Stopwatch touching;
    for (std::size_t at = 0; at < bytes.size(); at += step) sum += static_cast<unsigned char>(bytes[at]);
    const double faults = std::ceil(static_cast<double>(bytes.size()) / bytes_a_fault);
    fault = std::min(fault, touching.milliseconds() * 1e6 / faults + (sum == 0 ? least_cost : 0));
  }
  costs.copied = std::max(copied, least_cost);
  costs.fault = std::max(fault, least_cost);
}

}  // namespace

double cost_over(const SpreadCost& cost, double bytes) {
  const double share = std::log(std::max(bytes, spread_few) / spread_few) / std::log(spread_many / spread_few);
  return cost.few + (cost.many - cost.few) * std::min(share, 1.0);
}

VectorCosts measure_vector_costs(Files& files, std::uint32_t dimensions) {
  KINDLING_CHECK(dimensions > 0 && dimensions <= vector_dimensions_max);
  const Measurement measurement(dimensions);
  VectorCosts costs;
  costs.dimensions = dimensions;
  costs.block = {measurement.block(spread_few), measurement.block(spread_many)};
  costs.int8_row = {measurement.int8_row(spread_few, 0), measurement.int8_row(spread_many, 0)};
  costs.int8_next = {measurement.int8_row(spread_few, row_step), measurement.int8_row(spread_many, row_step)};
  costs.full_row = {measurement.full_row(spread_few), measurement.full_row(spread_many)};
  costs.list = measurement.int8_row(spread_few, 1);
  costs.list_begun = measurement.list_begun();
  costs.kept = kept_cost();
  costs.tested = tested_cost();
  costs.sorted = sorted_cost();
  measure_file(files, dimensions, costs);
  costs.measured_ms = now_ms();
  return costs;
}

}  // namespace kindling
