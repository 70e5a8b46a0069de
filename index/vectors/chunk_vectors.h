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
  std::span<const std::uint32_t> which;  // ascending
  const float* rows = nullptr;           // [which.size()][stride], as the file's
};

struct VectorPart {
  VectorRows rows;
  const VectorCodes* codes = nullptr;  // null: searched row by row
  RowSample sample = {};               // empty: none was kept
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

  // The `count` nearest, nearest first; of equal ones the earlier.   allowed: of each part. Requires: count >
  // 0.
  [[nodiscard]] std::vector<NearestChunk> nearest(std::span<const float> query, std::size_t count,
                                                  std::span<const RowSet> allowed) const;

  // What `nearest` would do, if it asks no file twice (nearest_of_parts.h).
  [[nodiscard]] NearestPlan plan(std::size_t count, std::span<const RowSet> allowed) const;

  // Over the rows of `allowed`: all of them up to spread_rows; of more, each file's sample, or of a file
  // without one some rows at equal steps, fewer the smaller its part of the whole is.
  static constexpr std::uint32_t spread_rows = 8'192;
  [[nodiscard]] CosineSpread spread(std::span<const float> query, std::span<const RowSet> allowed) const;
  // The mean of the same rows, [dimensions]: its product with a vector is that vector's `spread(...).mean`, but
  // for the rounding of sums. Zeros when there is none.
  [[nodiscard]] std::vector<float> mean(std::span<const RowSet> allowed) const;

 private:
  [[nodiscard]] std::uint32_t spread_step() const;

  std::vector<VectorPart> parts_;
  std::uint32_t dimensions_;
  VectorCosts costs_;
  std::unique_ptr<VectorStore> rows_;
};

}  // namespace kindling
