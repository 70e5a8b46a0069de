#include "index/vectors/nearest_of_parts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/simd/vectors.h"
#include "index/vectors/nearest.h"
#include "index/vectors/vector_store.h"

namespace kindling {
namespace {

constexpr std::uint32_t rows_a_block = 512;
// Beyond its share of rows at random, so that a second time is rare: so many deviations, and some rows.
constexpr double spare_deviations = 3;
constexpr double spare_rows = 8;
constexpr std::size_t times_again = 4;

// Every row compared.
std::vector<Neighbour> nearest_row_by_row(const VectorRows& rows, std::span<const float> padded,
                                          std::size_t count, const RowSet& allowed, float floor) {
  std::vector<Neighbour> among;
  float least = std::nextafter(floor, no_floor);  // not of interest: what no more than this reaches
  std::vector<float> products(rows_a_block);
  for (std::uint32_t first = 0; first < rows.count; first += rows_a_block) {
    const std::uint32_t size = std::min(rows_a_block, rows.count - first);
    const std::span<float> block = std::span(products).first(size);
    inner_products(padded, {rows.rows + std::size_t{first} * padded.size(), size * padded.size()}, block);
    for (std::uint32_t i = 0; i < size; ++i) {
      if (block[i] > least && allowed.contains(first + i)) among.push_back({first + i, block[i]});  // no NaN
    }
    if (among.size() < 2 * count + rows_a_block) continue;
    cut_to_nearest(among, count);
    least = among.back().product;
  }
  keep_nearest(among, count);
  return among;
}

// What one part was asked for and gave.
struct Asked {
  std::size_t rows = 0;              // that may be found
  std::size_t count = 0;             // asked for the last time; 0: not yet
  std::size_t gave = 0;              // then
  Neighbour last;                    // the furthest of those
  std::vector<std::uint32_t> given;  // chunks, ever; ascending
};

class PartsSearch {
 public:
  PartsSearch(std::span<const VectorPart> parts, std::span<const float> query, std::size_t count,
              std::span<const RowSet> allowed, const VectorCosts& costs, NearestSearch how)
      : parts_(parts),
        query_(query),
        coded_(query),
        count_(count),
        allowed_(allowed),
        costs_(costs),
        how_(how),
        asked_(parts.size()) {}

  std::vector<Neighbour> nearest() {
    const std::vector<std::size_t> first = first_asked(parts_, count_, allowed_);
    std::vector<std::size_t> order(parts_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (const std::size_t p : order) asked_[p].rows = allowed_[p].count(parts_[p].rows.count);
    std::ranges::stable_sort(order,
                             [&](std::size_t a, std::size_t b) { return asked_[a].rows > asked_[b].rows; });
    for (const std::size_t p : order) {
      if (first[p] > 0) ask(p, first[p]);
    }
    for (bool again = true; again;) {
      again = false;
      for (const std::size_t p : order) {
        if (!may_have_more(asked_[p])) continue;
        ask(p, std::min(count_, times_again * asked_[p].count));
        again = true;
      }
    }
    keep_nearest(found_, count_);
    return std::move(found_);
  }

 private:
  // Whether what the part gave is all as near as the nearest of all.
  [[nodiscard]] bool may_have_more(const Asked& part) const {
    if (part.count >= std::min(count_, part.rows) || part.gave < part.count) return false;
    return found_.size() < count_ || !nearer(found_.back(), part.last);
  }

  void ask(std::size_t p, std::size_t count) {
    Asked& part = asked_[p];
    const std::uint32_t first = parts_[p].rows.first;
    std::vector<Neighbour> given = nearest_in(p, count);
    for (Neighbour& one : given) one.row += first;
    part.count = count;
    part.gave = given.size();
    if (!given.empty()) part.last = given.back();
    // What it gave before is there already.
    const auto before = static_cast<std::ptrdiff_t>(part.given.size());
    for (const Neighbour& one : given) {
      if (std::binary_search(part.given.begin(), part.given.begin() + before, one.row)) continue;
      part.given.push_back(one.row);
      found_.push_back(one);
    }
    std::ranges::sort(part.given);
    if (found_.size() < count_) return;
    if (found_.size() > count_) {
      cut_to_nearest(found_, count_);
    } else {
      const auto further = [](const Neighbour& a, const Neighbour& b) { return nearer(b, a); };
      std::iter_swap(std::ranges::min_element(found_, further), found_.end() - 1);
    }
    floor_ = found_.back().product;
  }

  std::vector<Neighbour> nearest_in(std::size_t p, std::size_t count) {
    const VectorPart& part = parts_[p];
    if (part.codes != nullptr && how_ == NearestSearch::exact)
      return part.codes->nearest_of_all(query_, count, allowed_[p], floor_);
    if (part.codes != nullptr) return part.codes->nearest(coded_, count, allowed_[p], costs_, part.far, floor_);
    std::vector<float> padded(row_stride(static_cast<std::uint32_t>(query_.size())), 0.0F);
    std::copy(query_.begin(), query_.end(), padded.begin());
    return nearest_row_by_row(part.rows, padded, count, allowed_[p], floor_);
  }

  std::span<const VectorPart> parts_;
  std::span<const float> query_;
  CodeQuery coded_;
  std::size_t count_;
  std::span<const RowSet> allowed_;
  const VectorCosts& costs_;
  NearestSearch how_;
  std::vector<Asked> asked_;
  std::vector<Neighbour> found_;  // chunks; once there are `count_`, the furthest last
  float floor_ = no_floor;
};

}  // namespace

std::vector<std::size_t> first_asked(std::span<const VectorPart> parts, std::size_t count,
                                     std::span<const RowSet> allowed) {
  std::vector<std::size_t> asked(parts.size());
  std::size_t all = 0;
  for (std::size_t p = 0; p < parts.size(); ++p) all += asked[p] = allowed[p].count(parts[p].rows.count);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    // Where every row is compared a small number costs as much.
    if (asked[p] == 0 || parts[p].codes == nullptr) {
      asked[p] = std::min(asked[p], count);
      continue;
    }
    const double share = static_cast<double>(asked[p]) / static_cast<double>(all) * static_cast<double>(count);
    const double spare = spare_deviations * std::sqrt(share) + spare_rows;
    asked[p] = std::min({asked[p], count, static_cast<std::size_t>(std::ceil(share + spare))});
  }
  return asked;
}

std::vector<NearestChunk> nearest_of_parts(std::span<const VectorPart> parts, std::span<const float> query,
                                           std::size_t count, std::span<const RowSet> allowed,
                                           const VectorCosts& costs, NearestSearch how) {
  std::vector<NearestChunk> nearest;
  for (const Neighbour& one : PartsSearch(parts, query, count, allowed, costs, how).nearest())
    nearest.push_back({ChunkIndex{one.row}, one.product});
  return nearest;
}

}  // namespace kindling
