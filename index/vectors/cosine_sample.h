// The rows by which it is told how the cosines of all chunks to a question are spread.
//
// Up to `every_row` live rows all of them. Of more, about `rows_drawn`: those whose keys are the smallest
// (sample_keys.h), as far as every file kept them; so a merge changes nothing. A file of an early program has
// no keys: it speaks for itself alone, by the rows that it kept at equal steps, or by some at equal steps.
// Immutable; safe from any thread. Borrows the rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "index/dense.h"
#include "index/vectors/chunk_vectors.h"
#include "index/vectors/row_set.h"

namespace kindling {

class CosineSample {
 public:
  static constexpr std::uint32_t every_row = 8'192;
  // What the mean of so many is off by is the 45th part of the deviation.
  static constexpr std::uint32_t rows_drawn = 2'048;
  // What a file of more than `every_row` keeps. A segment of which half is removed is written anew
  // (store/merge_policy.h), so enough of them stay live.
  static constexpr std::uint32_t rows_kept = 2 * rows_drawn;

  // `live`: of each part.
  CosineSample(std::span<const VectorPart> parts, std::uint32_t dimensions, std::span<const RowSet> live);

  // Requires: query.size() == dimensions.
  [[nodiscard]] CosineSpread spread(std::span<const float> query) const;
  // The mean of the rows, [dimensions]: its product with a vector is that vector's `spread(...).mean`, but for
  // the rounding of sums. Zeros when there is none.
  [[nodiscard]] std::vector<float> mean() const;

 private:
  // Rows of one file: `which` of `rows`.
  struct Drawn {
    const float* rows = nullptr;
    std::vector<std::uint32_t> which;
  };
  // Files whose rows are drawn alike, and how many live rows they have.
  struct Stratum {
    std::vector<Drawn> files;
    double weight = 0;
  };

  std::uint32_t dimensions_;
  std::vector<Stratum> strata_;
};

}  // namespace kindling
