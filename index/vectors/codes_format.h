// The bytes of vector codes: a head, and parts whose places follow from it (docs/index_format.md).
//
// Little-endian; every part begins at a multiple of 64.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/simd/codes.h"
#include "index/vectors/int8_codes.h"
#include "index/vectors/nearest.h"

namespace kindling {

// How deep to look for the nearest `k`, and what that found of the sample.
struct SearchDepth {
  std::uint32_t k = 0;
  std::uint32_t candidates = 0;  // kept by the scan
  std::uint32_t reranked = 0;    // of those, by full vectors; >= k
  float margin = 0;  // code_scan.h: how many spreads of a list its rows may reach further than its centre
  float recall = 0;  // share of the sample's true neighbours that was found
  float blocks = 0;  // scanned, in the mean
  float lists = 0;   // likewise
  std::uint32_t reserved = 0;
};
static_assert(sizeof(SearchDepth) == 32);

inline constexpr std::size_t search_depths_max = 6;

// Version 1 has no neighbours, and ends before `walked`.
struct CodesHead {
  std::array<char, 8> magic = {'K', 'N', 'D', 'L', 'V', 'C', 'O', 'D'};
  std::uint32_t version = 1;  // of this format, and of the rotation
  std::uint32_t dimensions = 0;
  std::uint32_t rows = 0;
  std::uint32_t lists = 0;          // 0: no codes, every search is exact; 1: no centre, places are rows
  std::uint32_t blocks = 0;         // of all lists
  std::uint32_t depths = 0;         // used of those below, their k ascending
  float recall = 0;                 // wanted
  std::uint32_t sampled = 0;        // queries made of the collection
  std::uint32_t neighbours = 0;     // that are kept of each row; 0: none are
  std::uint32_t depths_walked = 0;  // used of `walked`, their k ascending
  std::array<std::uint32_t, 4> reserved = {};
  std::array<SearchDepth, search_depths_max> depth = {};
  // Of a search that walks on from what it found (neighbour_walk.h).
  std::array<SearchDepth, search_depths_max> walked = {};

  [[nodiscard]] std::size_t bytes() const { return version == 1 ? bytes_of_version_1 : sizeof(CodesHead); }
  static constexpr std::size_t bytes_of_version_1 = 256;
};
static_assert(sizeof(CodesHead) == 448);

// One list's rows lie in whole blocks, the lists one after the other.
struct CodesParts {
  std::span<const std::int8_t> centres;        // [lists][stride]; none for one list
  std::span<const Int8Scale> centre_scales;    // [lists], nothing lost: a centre is its code; none for one list
  std::span<const float> spreads;              // [lists]: how far rows lie from their centre, root mean square
  std::span<const std::uint32_t> first_block;  // [lists + 1]
  std::span<const std::uint32_t> row_of;       // [blocks][code_block_rows]; none for one list
  std::span<const std::uint16_t> factors;      // [blocks][code_block_rows], as base/simd/codes.h lays them
  std::span<const std::uint8_t> planes;        // [blocks][padded dimensions / 8][code_block_rows]
  std::span<const Int8Scale> row_scales;       // [rows]
  std::span<const std::int8_t> row_codes;      // [rows][stride]
  std::span<const std::uint32_t> neighbours;   // [rows][neighbours], nearest first, no_row past the last
  // One-bit codes of the centres as of rows, in blocks; none for one list, nor in version 1.
  std::span<const std::uint16_t> centre_factors;
  std::span<const std::uint8_t> centre_planes;

  [[nodiscard]] Int8Rows int8_rows() const {
    return {row_codes.data(), row_scales.data(), static_cast<std::uint32_t>(row_scales.size()),
            row_scales.empty() ? 0 : static_cast<std::uint32_t>(row_codes.size() / row_scales.size())};
  }
};

// Stands where a row has fewer neighbours.
inline constexpr std::uint32_t no_row = 0xffff'ffff;

// Bytes in all. Requires: a head whose numbers are within bounds.
[[nodiscard]] std::size_t codes_size(const CodesHead& head);

// The parts of `bytes`, which are of codes_size(head).
[[nodiscard]] CodesParts codes_parts(const CodesHead& head, const char* bytes);

// For whoever writes them.
template <typename T>
[[nodiscard]] std::span<T> writable(std::span<const T> part) {
  return {const_cast<T*>(part.data()), part.size()};
}

// Checks everything that addresses are made of: numbers within bounds, the length, the lists in order, depths
// that can be meant. Errors: `index_version`, `index_corrupt`.
[[nodiscard]] Result<CodesHead> read_codes_head(std::string_view bytes, const VectorMatrix& rows);

}  // namespace kindling
