#include "index/vectors/neighbour_graph.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/parallel.h"
#include "index/vectors/code_scan.h"
#include "index/vectors/list_training.h"
#include "index/vectors/rotation.h"

namespace kindling {
namespace {

constexpr std::size_t candidates = 32;  // by one-bit codes, twice what is kept
constexpr std::size_t lists_at_once = 4;

class NeighbourFinder {
 public:
  NeighbourFinder(const CodesHead& head, const CodesParts& parts, const VectorMatrix& rows)
      : head_(head), parts_(parts), rows_(rows), rotation_(head.dimensions) {}

  // out: [neighbours_kept]
  void find(std::uint32_t row, std::span<const std::uint32_t> lists, std::span<std::uint32_t> out) {
    std::fill(out.begin(), out.end(), no_row);
    if (std::isnan(parts_.row_scales[row].lost)) return;
    const ScanQuery asked(rotation_, rows_.row(row));
    CodeScan scan(head_, parts_, asked);
    std::vector<Neighbour> found = scan.candidates_in(lists, candidates);
    which_.resize(found.size());
    products_.resize(found.size());
    for (std::size_t i = 0; i < found.size(); ++i) which_[i] = found[i].row;
    asked.by_codes().products(parts_.int8_rows(), which_, products_);
    for (std::size_t i = 0; i < found.size(); ++i) found[i].product = products_[i];
    std::erase_if(found, [&](const Neighbour& one) { return one.row == row || std::isnan(one.product); });
    keep_nearest(found, neighbours_kept);
    std::ranges::transform(found, out.begin(), &Neighbour::row);
  }

 private:
  const CodesHead& head_;
  const CodesParts& parts_;
  const VectorMatrix& rows_;
  Rotation rotation_;
  std::vector<std::uint32_t> which_;
  std::vector<float> products_;
};

}  // namespace

void find_neighbours(const CodesHead& head, const CodesParts& parts, const VectorMatrix& rows,
                     std::span<const std::uint32_t> lists_near, unsigned threads,
                     std::span<std::uint32_t> out) {
  KINDLING_CHECK(head.lists > 1 && lists_near.size() == std::size_t{head.rows} * lists_near_row &&
                 out.size() == std::size_t{head.rows} * neighbours_kept);
  std::fill(out.begin(), out.end(), no_row);
  // List by list: the rows of one are near the same lists, which then stay in the caches.
  parallel_for((head.lists + lists_at_once - 1) / lists_at_once, threads, [&](std::size_t share) {
    NeighbourFinder finder(head, parts, rows);
    const std::size_t last = std::min<std::size_t>(head.lists, (share + 1) * lists_at_once);
    const std::size_t first = parts.first_block[share * lists_at_once] * code_block_rows;
    const std::size_t end = parts.first_block[last] * code_block_rows;
    for (const std::uint32_t row : parts.row_of.subspan(first, end - first)) {
      if (row >= head.rows) continue;
      const auto lists = lists_near.subspan(std::size_t{row} * lists_near_row, lists_near_row);
      const auto some = static_cast<std::size_t>(std::ranges::find(lists, no_list) - lists.begin());
      finder.find(row, lists.first(some), out.subspan(std::size_t{row} * neighbours_kept, neighbours_kept));
    }
  });
}

}  // namespace kindling
