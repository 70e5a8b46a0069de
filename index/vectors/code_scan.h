// One query over the one-bit codes: which lists it looks into, and what it keeps.
//
// A list promises the product with its centre and so many times the spread of its rows, the margin. Lists come
// in the order of their promise, and the first that promises less than the worst candidate kept so far ends the
// search, because all that follow do. The margin is measured when the codes are made. So an easy question looks
// into few lists and a hard one into many, and a search that may find only some rows, whose candidates are
// worse, looks into more by itself. (Codes of version 1: a tenth of the spread, and an end below the worst
// candidate minus the margin.)
//
// Borrows the query's tables and the codes. Not thread-safe; one per search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "index/vectors/aligned_array.h"
#include "index/vectors/codes_format.h"
#include "index/vectors/far_rows.h"
#include "index/vectors/int8_codes.h"
#include "index/vectors/one_bit_codes.h"
#include "index/vectors/rotation.h"
#include "index/vectors/row_set.h"

namespace kindling {

struct ScanCounts {
  std::size_t lists = 0;
  std::size_t blocks = 0;
};

// A query as scans want it: the same for all codes of as many dimensions. Borrows the query.
class ScanQuery {
 public:
  // query: [dimensions of the rotation]
  ScanQuery(const Rotation& rotation, std::span<const float> query);

  [[nodiscard]] std::span<const float> query() const { return query_; }
  [[nodiscard]] std::span<const float> rotated() const { return rotated_; }
  [[nodiscard]] const OneBitQuery& tables() const { return tables_.query(); }
  [[nodiscard]] const Int8Query& by_codes() const { return by_codes_; }
  [[nodiscard]] float length() const { return length_; }

 private:
  std::span<const float> query_;
  std::vector<float> rotated_;
  OneBitTables tables_;
  Int8Query by_codes_;
  float length_;
};

class CodeScan {
 public:
  // Borrows the query. far: how to get at single lists. Requires: head.lists > 0; a query of head.dimensions.
  CodeScan(const CodesHead& head, const CodesParts& parts, const ScanQuery& query, const FarRows& far = {});

  // The `count` allowed rows of the largest estimates in the lists that matter, in no order; all when there are
  // fewer. margin: as the codes' version has it; infinite: every list matters. Requires: count > 0.
  [[nodiscard]] std::vector<Neighbour> candidates(std::size_t count, float margin, const RowSet& allowed);
  // Likewise of these lists and no others. Requires: more lists than one, these among them.
  [[nodiscard]] std::vector<Neighbour> candidates_in(std::span<const std::uint32_t> lists, std::size_t count);

  // Of the last search.
  [[nodiscard]] const ScanCounts& counts() const { return counts_; }
  // With the centre of each list that was looked at; empty for one list.
  [[nodiscard]] std::span<const float> centre_products() const { return products_; }

 private:
  void compare_centres(std::span<const std::uint32_t> lists);
  [[nodiscard]] std::vector<float> estimated_products() const;
  void begin(std::size_t count);
  void scan_promising(float margin, const RowSet& allowed);
  bool scan_in_order(std::span<const std::uint32_t> lists, float margin, const RowSet& allowed);
  [[nodiscard]] float promise(std::uint32_t list, float product, float margin) const;
  void scan_list(std::uint32_t list, float product, const RowSet& allowed);
  void scan_blocks(std::size_t first, std::size_t end, const RowSet& allowed);
  void scan_run(const OneBitBlocks& blocks, std::size_t place, std::size_t first, std::size_t end,
                const RowSet& allowed);
  void take_allowed(std::size_t found, const RowSet& allowed);
  void cut();
  [[nodiscard]] bool cut_about();
  [[nodiscard]] std::vector<Neighbour> rows_of_hits() const;

  const CodesHead& head_;
  const CodesParts& parts_;
  const ScanQuery& asked_;
  FarRows far_;
  AlignedArray<std::uint8_t> copies_;  // of blocks that are far
  OneBitQuery query_;                  // with the offset of the list that is being scanned
  std::vector<float> products_;        // [lists], with the centres
  std::size_t wanted_ = 0;
  std::vector<CodeHit> hits_;
  std::size_t kept_ = 0;
  float threshold_ = 0;
  ScanCounts counts_;
};

}  // namespace kindling
