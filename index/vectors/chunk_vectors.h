// The vectors of all chunks of a snapshot: rows in several files, some with codes.
//
// A chunk has no vector while it waits for one, or when its document was removed before it got one (a row of
// NaN). Immutable; safe from any thread. Borrows the rows and the codes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "index/dense.h"
#include "index/vectors/row_set.h"
#include "index/vectors/vector_codes.h"
#include "index/vectors/vector_store.h"

namespace kindling {

// Some rows of a file side by side, so that a few pages tell how all are spread.
struct RowSample {
  std::span<const std::uint32_t> which;  // ascending; empty: none are side by side
  const float* rows = nullptr;           // [which.size()][stride], as the file's
  std::span<const std::uint64_t> keys;   // of `which`, or of all rows where that is empty (sample_keys.h);
                                         // empty: `which` is at equal steps, as early programs drew it
};

struct VectorPart {
  VectorRows rows;
  const VectorCodes* codes = nullptr;  // null: searched row by row
  RowSample sample = {};               // empty: nothing was kept
  FarRows far = {};                    // how to get at single rows
};

class ChunkVectors {
 public:
  // `parts` ascend and do not overlap; all have row_stride(dimensions). `costs`: what searches are planned
  // with. Requires: dimensions > 0.
  ChunkVectors(std::vector<VectorPart> parts, std::uint32_t dimensions, const VectorCosts& costs = {});

  [[nodiscard]] std::span<const VectorPart> parts() const { return parts_; }
  // [dimensions], or empty where there is none.
  [[nodiscard]] std::span<const float> row(std::uint32_t chunk) const;
  // Adds `weight` times the chunk's row, if it has one.   sum: [dimensions]
  void add_row(std::uint32_t chunk, float weight, std::span<float> sum) const;

  // out: [chunks of the snapshot]; NaN where there is none. One pass over everything.
  void inner_products(std::span<const float> query, std::span<float> out) const;
  // out[i]: of chunks[i]; NaN where there is none.
  void inner_products(std::span<const float> query, std::span<const ChunkIndex> chunks,
                      std::span<float> out) const;

  // So many rows of 384 numbers are compared in a millisecond (docs/vectors.md). Of more, a file that has codes
  // is searched by their plan.
  static constexpr std::size_t every_row_compared = 50'000;

  // The `count` nearest, nearest first; of equal ones the earlier. Where no more than every_row_compared are
  // allowed (of at most twice as many) none is missed, so that the result does not depend on how the rows are
  // parted into files: of a segment no more than half is removed.
  // allowed: of each part. Requires: count > 0.
  [[nodiscard]] std::vector<NearestChunk> nearest(std::span<const float> query, std::size_t count,
                                                  std::span<const RowSet> allowed,
                                                  NearestSearch how = NearestSearch::planned) const;

  // What `nearest` would do, if it asks no file twice (nearest_of_parts.h).
  [[nodiscard]] NearestPlan plan(std::size_t count, std::span<const RowSet> allowed,
                                 NearestSearch how = NearestSearch::planned) const;

 private:
  std::vector<VectorPart> parts_;
  std::uint32_t dimensions_;
  VectorCosts costs_;
  std::unique_ptr<VectorStore> rows_;
};

}  // namespace kindling
