// What the steps of a search by vectors cost on this machine: what plans are made with.
#pragma once

#include <cstdint>

namespace kindling {

// Nanoseconds of one thread, for rows of `dimensions` numbers. What is here by default was measured on a
// processor with AVX-512 for 384 dimensions (docs/vectors.md).
struct VectorCosts {
  std::uint32_t dimensions = 384;
  double block = 90;      // 64 one-bit rows scanned
  double int8_row = 45;   // a row anywhere, by its int8 code
  double full_row = 150;  // a row anywhere, by its full vector
  double list = 12;       // a centre compared with the query
};

// Takes a few milliseconds, some megabytes, and no file; the caller keeps what it gives.
[[nodiscard]] VectorCosts measure_vector_costs(std::uint32_t dimensions);

}  // namespace kindling
