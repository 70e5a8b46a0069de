// How long a search by vectors is expected to take on one thread: the steps that a plan counts, each at the
// cost that was measured (vector_costs.h).
//
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "index/vectors/codes_format.h"
#include "index/vectors/vector_costs.h"

namespace kindling {

// How many of `count` values, offered in no order, are among the `wanted` largest when their turn comes:
// the i-th is with a chance of wanted / i.
[[nodiscard]] double offers_kept(double wanted, double count);

// What a scan of one-bit codes does, about.
struct ScanSteps {
  double lists = 0;
  double blocks = 0;
  double candidates = 0;  // kept, ranked by int8 codes
  double reranked = 0;    // of those, by full vectors
  double k = 0;
  double allowed_share = 1;  // of the rows; 1: there is no filter
  double neighbours = 0;     // of each hit, which a walk comes to; 0: there is none
};

// Microseconds. `untouched`: the process has not read the files yet.
[[nodiscard]] double scan_time(const CodesHead& head, const ScanSteps& steps, const VectorCosts& costs,
                               bool untouched);

// Of an exact pass over `allowed` rows, by int8 codes where there are any, that leaves `reranked` to the full
// vectors.
[[nodiscard]] double exact_time(const CodesHead& head, double allowed, double reranked, double k,
                                const VectorCosts& costs, bool untouched);

}  // namespace kindling
