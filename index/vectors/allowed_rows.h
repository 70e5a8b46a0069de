// Which rows of a snapshot's vector files a search may find, from the chunks that it may find.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "index/vectors/chunk_vectors.h"
#include "index/vectors/row_set.h"

namespace kindling {

class AllowedRows {
 public:
  // All rows, or none. Borrows the parts.
  AllowedRows(std::span<const VectorPart> parts, bool all);

  // Chunks [first, first + count) of the snapshot; those without a row are passed over.
  void insert(std::uint32_t first, std::uint32_t count) { set(first, count, true); }
  void erase(std::uint32_t first, std::uint32_t count) { set(first, count, false); }

  // One for each part. Valid until the next change.
  [[nodiscard]] std::vector<RowSet> sets() const;

 private:
  void set(std::uint32_t first, std::uint32_t count, bool present);

  std::span<const VectorPart> parts_;
  bool all_;
  std::vector<std::vector<std::uint64_t>> words_;  // of each part; empty: as `all_` says
};

}  // namespace kindling
