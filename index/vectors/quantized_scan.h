// The nearest vectors of a query in a fraction of an exact pass, to a recall that was measured.
//
// Three steps: a scan over the one-bit codes of all vectors keeps the best candidates; their int8 codes rank
// them; the best of these are ranked by their full vectors. No graph and no lists: nothing is trained, a vector
// costs microseconds to add, and what is slow is only the stream of the one-bit codes.
//
// Recall is a contract, not a hope about parameters: when the codes are made, queries are made of the
// collection itself and their true neighbours worked out. How deep these lie among the candidates says how many
// candidates the recall wanted takes, half of the misses allowed kept back; the plan is then run on the same
// sample and its recall kept. A sample is the sum of four rows drawn at random. A single row would promise too
// much: it lies among its neighbours, where a question lies between them (docs/retrieval.md has both measured).
// Where the codes cannot keep the promise, or the collection is so small that an exact pass is as fast, the
// plan is the exact pass.
//
// Immutable; safe from any thread. Borrows the rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "index/vectors/int8_codes.h"
#include "index/vectors/nearest.h"
#include "index/vectors/one_bit_codes.h"

namespace kindling {

struct QuantizedScanOptions {
  double recall = .99;   // of the k nearest, in (0, 1]; 1 is the exact pass
  std::size_t k = 10;    // the most that will be asked for; > 0
  unsigned threads = 1;  // to make the codes and the sample
  // Below so many rows an exact pass is as fast (docs/retrieval.md).
  std::uint32_t exact_below = 2'000;
};

struct QuantizedScanPlan {
  bool exact = true;
  std::size_t candidates = 0;  // kept by the scan
  std::size_t reranked = 0;    // of those, ranked by the full vectors
  double recall = 1;           // measured on the sample
  std::uint32_t sampled = 0;   // queries made of the collection; 0: exact without asking
};

class QuantizedScan {
 public:
  // Requires: finite numbers; 1 to vector_dimensions_max dimensions.
  QuantizedScan(const VectorMatrix& data, const QuantizedScanOptions& options);

  // Nearest first; their products are those of the full vectors. Fewer than k when there are fewer rows.
  // Requires: 0 < k <= options.k.
  [[nodiscard]] std::vector<Neighbour> nearest(std::span<const float> query, std::size_t k) const;

  [[nodiscard]] const QuantizedScanPlan& plan() const { return plan_; }
  // Of the codes, without the full vectors; 0 when the plan is exact.
  [[nodiscard]] std::size_t one_bit_bytes() const { return one_bit_ ? one_bit_->bytes() : 0; }
  [[nodiscard]] std::size_t int8_bytes() const { return int8_ ? int8_->bytes() : 0; }

 private:
  class Sample;
  [[nodiscard]] std::vector<Neighbour> reranked(std::span<const float> query, std::size_t k) const;
  void plan_from(const Sample& sample, double recall);

  VectorMatrix data_;
  std::size_t k_;
  std::optional<OneBitCodes> one_bit_;
  std::optional<Int8Codes> int8_;
  QuantizedScanPlan plan_;
};

}  // namespace kindling
