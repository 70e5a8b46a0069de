// What the steps of a search by vectors cost on this machine: what plans are made with.
//
// A row that lies anywhere costs what it takes to come from memory, several times what one costs that a cache
// holds, and how much of a collection the caches hold depends on its size: such steps are measured over few
// bytes and over many, and estimated between.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/files.h"

namespace kindling {

// Nanoseconds of one step, by the bytes that the steps are spread over.
struct SpreadCost {
  double few = 0;   // over at most spread_few bytes
  double many = 0;  // over spread_many bytes and more
  friend bool operator==(const SpreadCost&, const SpreadCost&) = default;
};
inline constexpr double spread_few = 1U << 20U;
inline constexpr double spread_many = 64U << 20U;

// On a logarithmic scale between the two.
[[nodiscard]] double cost_over(const SpreadCost& cost, double bytes);

// Nanoseconds of one thread. What is here by default was measured on a processor with AVX-512 for 384
// dimensions (docs/vectors.md).
struct VectorCosts {
  // In proportion to the dimensions.
  std::uint32_t dimensions = 384;
  SpreadCost block = {48, 280};       // 64 one-bit rows scanned, in runs as lists are
  SpreadCost int8_row = {19, 58};     // a row anywhere, by its int8 code
  SpreadCost int8_next = {11.5, 35};  // the next allowed row of an exact pass, bitmap and bounds included
  SpreadCost full_row = {20, 110};    // a row anywhere, by its full vector
  double list = 10;                   // a centre compared with the query
  // Whatever the dimensions.
  double list_begun = 17;  // a list taken out of the order and begun
  double kept = 17;        // a hit that becomes a candidate, and what it takes to drop the worst
  double tested = 3;       // a hit that is looked up in a filter's bitmap
  double sorted = 6;       // a comparison of the last sort
  // In a process that has not touched the files yet.
  double copied = 435;   // a row copied out of a file
  double fault = 2'100;  // the first touch of some pages side by side

  std::int64_t measured_ms = 0;  // when, since 1970; 0: these are defaults

  [[nodiscard]] bool measured() const { return measured_ms > 0; }
  friend bool operator==(const VectorCosts&, const VectorCosts&) = default;
};

// Bytes that one first touch enters into the page table, where they are in memory.
inline constexpr double bytes_a_fault = 64U << 10U;

// Takes some tens of milliseconds and 64 MiB of memory meanwhile, and reads the program's own file; the caller
// keeps what it gives (kept_costs.h). Requires: 1 to vector_dimensions_max dimensions.
[[nodiscard]] VectorCosts measure_vector_costs(Files& files, std::uint32_t dimensions);

}  // namespace kindling
