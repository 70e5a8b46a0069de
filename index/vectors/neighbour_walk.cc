#include "index/vectors/neighbour_walk.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/check.h"
#include "index/vectors/int8_codes.h"

namespace kindling {
namespace {

constexpr int steps_max = 8;
// Of how far a product by codes can be off, the share that is allowed for, times the root of the dimensions:
// what is lost has any direction, so this is so many deviations.
constexpr float deviations = 5;

// Rows that the walk has come to: a table of open addresses, never more than half full.
class RowMarks {
 public:
  explicit RowMarks(std::size_t rows) : table_(std::bit_ceil(4 * rows + 64), no_row) {}

  // Whether it is the first time. Requires: row != no_row.
  bool mark(std::uint32_t row) {
    if (2 * marked_ >= table_.size()) grow();
    if (!put(row)) return false;
    ++marked_;
    return true;
  }

 private:
  bool put(std::uint32_t row) {
    const std::size_t mask = table_.size() - 1;
    for (std::size_t at = row * 0x9e37'79b9ULL >> 7U & mask;; at = (at + 1) & mask) {
      if (table_[at] == row) return false;
      if (table_[at] != no_row) continue;
      table_[at] = row;
      return true;
    }
  }

  void grow() {
    std::vector<std::uint32_t> before(2 * table_.size(), no_row);
    before.swap(table_);
    for (const std::uint32_t row : before) {
      if (row != no_row) put(row);
    }
  }

  std::vector<std::uint32_t> table_;
  std::size_t marked_ = 0;
};

class Walk {
 public:
  Walk(const CodesHead& head, const CodesParts& parts, const VectorMatrix& rows, std::span<const float> query,
       const Int8Query& by_codes, const RowSet& allowed, const FarRows& far)
      : head_(head),
        neighbours_(parts.neighbours),
        int8_(parts.int8_rows()),
        rows_(rows),
        query_(query),
        by_codes_(by_codes),
        allowed_(allowed),
        far_(far),
        share_(std::min(1.0F, deviations / std::sqrt(static_cast<float>(head.dimensions)))) {}

  std::vector<Neighbour> from(std::vector<Neighbour> found, std::size_t k, float floor) {
    RowMarks seen(found.size() * head_.neighbours / 2);
    for (const Neighbour& one : found) seen.mark(one.row);
    std::vector<Neighbour> next = found;
    bool more = false;
    for (int step = 0; step < steps_max && !next.empty(); ++step) {
      const float least = found.size() < k ? floor : std::max(floor, found.back().product);
      next = reached(unseen_near(next, seen), least);
      if (next.empty()) break;
      more = true;
      found.insert(found.end(), next.begin(), next.end());
      cut_to_nearest(found, k);
      if (found.size() == k) {
        // Not more than k: their furthest is anywhere.
        const auto furthest = std::ranges::max_element(found, nearer);
        std::swap(*furthest, found.back());
        std::erase_if(next, [&](const Neighbour& one) { return nearer(found.back(), one); });
      }
    }
    if (more) std::sort(found.begin(), found.end(), nearer);
    return found;
  }

 private:
  // Those that may be found and were not come to before.
  std::span<const std::uint32_t> unseen_near(std::span<const Neighbour> from, RowMarks& seen) {
    which_.clear();
    std::vector<std::uint32_t> copy(far_.far() ? head_.neighbours : 0);
    for (const Neighbour& one : from) {
      std::span near = neighbours_.subspan(std::size_t{one.row} * head_.neighbours, head_.neighbours);
      if (far_.far()) {
        const auto offset = reinterpret_cast<const char*>(near.data()) - far_.file->bytes().data();
        far_.file->copy(static_cast<std::size_t>(offset),
                        {reinterpret_cast<char*>(copy.data()), copy.size() * sizeof copy[0]});
        near = copy;
      }
      for (const std::uint32_t row : near) {
        if (row < head_.rows && allowed_.contains(row) && seen.mark(row)) which_.push_back(row);
      }
    }
    return which_;
  }

  // Of these the ones that reach `least`, with their true products.
  std::vector<Neighbour> reached(std::span<const std::uint32_t> rows, float least) {
    products_.resize(rows.size());
    products_by_codes(int8_, far_, by_codes_, rows, products_);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      which_[kept] = rows[i];
      kept += products_[i] + share_ * by_codes_.error(int8_.scales[rows[i]]) >= least ? 1 : 0;  // not of NaN
    }
    products_.resize(kept);
    products_in_full(rows_, far_, query_, std::span(which_).first(kept), products_);
    std::vector<Neighbour> those;
    for (std::size_t i = 0; i < kept; ++i) {
      if (products_[i] >= least) those.push_back({which_[i], products_[i]});
    }
    return those;
  }

  const CodesHead& head_;
  std::span<const std::uint32_t> neighbours_;
  Int8Rows int8_;
  const VectorMatrix& rows_;
  std::span<const float> query_;
  const Int8Query& by_codes_;
  const RowSet& allowed_;
  const FarRows& far_;
  float share_;
  std::vector<std::uint32_t> which_;
  std::vector<float> products_;
};

}  // namespace

std::vector<Neighbour> walked(const CodesHead& head, const CodesParts& parts, const VectorMatrix& rows,
                              std::span<const float> query, const Int8Query& by_codes,
                              std::vector<Neighbour> found, std::size_t k, const RowSet& allowed,
                              const FarRows& far, float floor) {
  KINDLING_CHECK(query.size() == head.dimensions && found.size() <= k);
  if (head.neighbours == 0 || found.empty()) return found;
  return Walk(head, parts, rows, query, by_codes, allowed, far).from(std::move(found), k, floor);
}

}  // namespace kindling
