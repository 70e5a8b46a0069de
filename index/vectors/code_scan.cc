#include "index/vectors/code_scan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "base/check.h"

namespace kindling {
namespace {

// How much of a list's spread counts as promise in codes of version 1.
constexpr float spread_share = .1F;
// How many hits say where to cut about, and how many places further down it is done, so that hardly ever fewer
// are left than wanted.
constexpr std::size_t cut_sample = 32;
constexpr std::size_t cut_spare = 5;
constexpr std::size_t blocks_at_once = 64;  // copied: of 384 dimensions 196 KB

// Of so many lists the part of the largest estimates is compared first, the others only once all of these
// mattered.
constexpr std::size_t estimated_lists_min = 256;
constexpr std::size_t estimated_share = 4;

bool larger(const CodeHit& a, const CodeHit& b) {
  return a.estimate > b.estimate || (a.estimate == b.estimate && a.row < b.row);
}

std::vector<float> rotated_query(const Rotation& rotation, std::span<const float> query) {
  std::vector<float> rotated(rotation.padded());
  rotation.rotate(query, rotated);
  return rotated;
}

}  // namespace

ScanQuery::ScanQuery(const Rotation& rotation, std::span<const float> query)
    : query_(query),
      rotated_(rotated_query(rotation, query)),
      tables_(rotated_),
      by_codes_(query, int8_stride(static_cast<std::uint32_t>(query.size()))),
      length_(std::sqrt(std::inner_product(query.begin(), query.end(), query.begin(), 0.0F))) {}

CodeScan::CodeScan(const CodesHead& head, const CodesParts& parts, const ScanQuery& query, const FarRows& far)
    : head_(head), parts_(parts), asked_(query), far_(far), query_(query.tables()) {
  KINDLING_CHECK(head.lists > 0 && query.query().size() == head.dimensions);
}

void CodeScan::compare_centres(std::span<const std::uint32_t> lists) {
  std::vector<float> products(lists.size());
  asked_.by_codes().products(
      {parts_.centres.data(), parts_.centre_scales.data(), head_.lists, int8_stride(head_.dimensions)}, lists,
      products);
  for (std::size_t i = 0; i < lists.size(); ++i) products_[lists[i]] = products[i];
}

// With all centres, by their one-bit codes.
std::vector<float> CodeScan::estimated_products() const {
  const std::size_t blocks = parts_.centre_factors.size() / code_block_rows;
  std::vector<CodeHit> hits(blocks * code_block_rows + code_block_rows);
  std::size_t found = 0;
  scan_one_bit(asked_.tables(),
               {parts_.centre_planes.data(), parts_.centre_factors.data(), asked_.rotated().size() / 8}, 0,
               blocks, -std::numeric_limits<float>::infinity(), hits, found);
  std::vector<float> products(head_.lists, 0.0F);
  for (const CodeHit& hit : std::span(hits).first(found)) {
    if (hit.row < head_.lists) products[hit.row] = hit.estimate;
  }
  return products;
}

std::vector<Neighbour> CodeScan::candidates(std::size_t count, float margin, const RowSet& allowed) {
  begin(count);
  if (head_.lists == 1) {
    scan_list(0, 0, allowed);
  } else {
    scan_promising(margin, allowed);
  }
  cut();
  return rows_of_hits();
}

std::vector<Neighbour> CodeScan::candidates_in(std::span<const std::uint32_t> lists, std::size_t count) {
  KINDLING_CHECK(head_.lists > 1 &&
                 std::ranges::all_of(lists, [this](std::uint32_t list) { return list < head_.lists; }));
  begin(count);
  compare_centres(lists);
  for (const std::uint32_t list : lists) scan_list(list, products_[list], {});
  cut();
  return rows_of_hits();
}

void CodeScan::begin(std::size_t count) {
  KINDLING_CHECK(count > 0);
  wanted_ = std::min<std::size_t>(count, head_.rows);
  // Filled to twice what is wanted, then cut: from then on only what beats the worst that was kept.
  hits_.resize(2 * wanted_ + code_block_rows);
  kept_ = 0;
  threshold_ = -std::numeric_limits<float>::infinity();
  counts_ = {};
  if (head_.lists > 1) products_.assign(head_.lists, 0.0F);
}

// Most centres are too far away to be compared by more than their one-bit codes.
void CodeScan::scan_promising(float margin, const RowSet& allowed) {
  std::vector<std::uint32_t> lists(head_.lists);
  std::iota(lists.begin(), lists.end(), 0U);
  std::size_t first = lists.size();
  if (!parts_.centre_factors.empty() && lists.size() >= estimated_lists_min) {
    first = lists.size() / estimated_share;
    std::vector<float> promises = estimated_products();
    for (std::uint32_t list = 0; list < head_.lists; ++list)
      promises[list] = promise(list, promises[list], margin);
    std::nth_element(lists.begin(), lists.begin() + static_cast<std::ptrdiff_t>(first), lists.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return promises[a] > promises[b]; });
  }
  if (scan_in_order(std::span(lists).first(first), margin, allowed))
    scan_in_order(std::span(lists).subspan(first), margin, allowed);
}

// What a list promises; infinite where that is no number: an infinite margin of a list whose rows are all the
// same gives none, and bytes that nobody made do.
float CodeScan::promise(std::uint32_t list, float product, float margin) const {
  const float spreads = (head_.version == 1 ? spread_share : margin) * asked_.length();
  const float promised = product + spreads * parts_.spreads[list];
  return std::isnan(promised) ? std::numeric_limits<float>::infinity() : promised;
}

// Whether all of them mattered.
bool CodeScan::scan_in_order(std::span<const std::uint32_t> lists, float margin, const RowSet& allowed) {
  compare_centres(lists);
  const float below = (head_.version == 1 ? margin : 0) * asked_.length();
  std::vector<std::pair<float, std::uint32_t>> order;
  order.reserve(lists.size());
  for (const std::uint32_t list : lists) order.emplace_back(promise(list, products_[list], margin), list);
  const auto less = [](const auto& a, const auto& b) { return a < b; };
  std::make_heap(order.begin(), order.end(), less);
  for (auto end = order.end(); end != order.begin(); --end) {
    if (order.front().first < threshold_ - below) return false;
    std::pop_heap(order.begin(), end, less);
    const std::uint32_t list = (end - 1)->second;
    scan_list(list, products_[list], allowed);
  }
  return true;
}

// product: of the query with the list's centre.
void CodeScan::scan_list(std::uint32_t list, float product, const RowSet& allowed) {
  query_.offset = product;
  const std::size_t first = parts_.first_block[list], end = parts_.first_block[list + 1];
  ++counts_.lists;
  if (head_.lists > 1 || allowed.all()) {
    scan_blocks(first, end, allowed);
    return;
  }
  // Of one list, a block is a word of the bitmap; runs of blocks with nothing allowed are not read.
  const auto words = allowed.words().first(std::min(end, allowed.words().size()));
  for (std::size_t block = 0; block < words.size();) {
    if (words[block] == 0) {
      ++block;
      continue;
    }
    std::size_t last = block + 1;
    while (last < words.size() && words[last] != 0) ++last;
    scan_blocks(block, last, allowed);
    block = last;
  }
}

void CodeScan::scan_blocks(std::size_t first, std::size_t end, const RowSet& allowed) {
  const std::size_t bytes = asked_.rotated().size() / 8;
  counts_.blocks += end - first;
  // The whole of one list is as cheap where it lies: its pages follow each other.
  if (head_.lists == 1 || !far_.far()) {
    scan_run({parts_.planes.data(), parts_.factors.data(), bytes}, 0, first, end, allowed);
    return;
  }
  const std::size_t block_bytes = bytes * code_block_rows;
  if (copies_.size() == 0) copies_ = AlignedArray<std::uint8_t>(blocks_at_once * block_bytes);
  for (std::size_t count = 0; first < end; first += count) {
    count = std::min(blocks_at_once, end - first);
    const auto* const planes = reinterpret_cast<const char*>(parts_.planes.data() + first * block_bytes);
    far_.file->copy(static_cast<std::size_t>(planes - far_.file->bytes().data()),
                    {reinterpret_cast<char*>(copies_.data()), count * block_bytes});
    scan_run({copies_.data(), parts_.factors.data() + first * code_block_rows, bytes}, first, 0, count,
             allowed);
  }
}

// Of `blocks`, the first of which is block `place` of the codes, those in [first, end).
void CodeScan::scan_run(const OneBitBlocks& blocks, std::size_t place, std::size_t first, std::size_t end,
                        const RowSet& allowed) {
  while (first < end) {
    if (hits_.size() - kept_ < code_block_rows && (head_.lists > 1 || !cut_about())) cut();
    std::size_t found = 0;
    const std::span<CodeHit> hits = std::span(hits_).subspan(kept_);
    first = scan_one_bit(query_, blocks, first, end, threshold_, hits, found);
    for (CodeHit& hit : hits.first(found)) hit.row += static_cast<std::uint32_t>(place * code_block_rows);
    take_allowed(found, allowed);
  }
}

// Of the hits just found.
void CodeScan::take_allowed(std::size_t found, const RowSet& allowed) {
  if (allowed.all()) {
    kept_ += found;
    return;
  }
  const std::size_t end = kept_ + found;
  for (std::size_t i = kept_; i < end; ++i) {
    const std::uint32_t place = hits_[i].row;
    if (allowed.contains(parts_.row_of.empty() ? place : parts_.row_of[place])) hits_[kept_++] = hits_[i];
  }
}

// Drops about what `cut` does and never more, in one pass without branches that nobody can foresee, which cost
// most of a `cut`. The threshold is that of a few hits instead of all; false: they tell too little. What is
// wanted in the end is the same, but lists end by an exact threshold.
bool CodeScan::cut_about() {
  std::array<float, cut_sample> few;
  if (kept_ < 4 * few.size()) return false;
  for (std::size_t i = 0; i < few.size(); ++i) few[i] = hits_[i * kept_ / few.size()].estimate;
  std::sort(few.begin(), few.end(), std::greater<>());
  const std::size_t at = wanted_ * few.size() / kept_ + cut_spare;
  if (at >= few.size()) return false;
  const float least = few[at];
  const std::span hits = std::span(hits_).first(kept_);
  const auto above = static_cast<std::size_t>(
      std::ranges::count_if(hits, [&](const CodeHit& hit) { return hit.estimate >= least; }));
  if (above < wanted_ || above > kept_ - code_block_rows) return false;
  std::size_t next = 0;
  for (const CodeHit& hit : hits) {
    hits_[next] = hit;
    next += hit.estimate >= least ? 1 : 0;
  }
  threshold_ = least;
  kept_ = next;
  return true;
}

void CodeScan::cut() {
  if (kept_ < wanted_) return;
  const auto last = hits_.begin() + static_cast<std::ptrdiff_t>(wanted_ - 1);
  std::nth_element(hits_.begin(), last, hits_.begin() + static_cast<std::ptrdiff_t>(kept_), larger);
  threshold_ = last->estimate;
  kept_ = wanted_;
}

std::vector<Neighbour> CodeScan::rows_of_hits() const {
  std::vector<Neighbour> found;
  found.reserve(kept_);
  for (const CodeHit& hit : std::span(hits_).first(kept_)) {
    const std::uint32_t row = parts_.row_of.empty() ? hit.row : parts_.row_of[hit.row];
    if (row < head_.rows) found.push_back({row, hit.estimate});
  }
  return found;
}

}  // namespace kindling
