// Kernels over quantised vectors: a scan of one-bit codes, and inner products of int8 rows.
//
// The scan is the asymmetric estimate of RaBitQ (Gao and Long 2024, arXiv:2405.12497) in the form of a table
// lookup (the "fast scan" of product quantisation, arXiv:1812.09162): four dimensions of a row are four bits,
// which look up what they contribute to the product with this query among sixteen bytes in a register. So a row
// of 384 dimensions costs 96 lookups, 64 rows at once with AVX-512, and the scan runs at the speed of memory.
//
// Thread-safe; each call works on its caller's thread. The same results on all targets up to the rounding of
// two products and two sums in `estimate`; int8 products are exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kindling {

inline constexpr std::size_t code_block_rows = 64;

// The most that an entry of a table may be: four of them are added in eight bits.
inline constexpr std::size_t code_entry_max = 63;

// Where the factor of row `row` (of its block) lies: where the sums come out of their registers.
[[nodiscard]] constexpr std::size_t code_factor_slot(std::size_t row) { return row % 4 * 16 + row / 4; }

// Rows of `bytes` bytes, each bit a dimension, low bits first.
struct OneBitBlocks {
  const std::uint8_t* planes = nullptr;    // [blocks][bytes][code_block_rows], 64-byte aligned
  const std::uint16_t* factors = nullptr;  // [blocks][code_block_rows], the upper halves of floats, in slots
  std::size_t bytes = 0;                   // even
};

// The upper half of a NaN: the factor of a place without a row.
inline constexpr std::uint16_t code_no_factor = 0x7fc0;

// estimate = offset + factor of the row * (step * sum of its entries + base)
struct OneBitQuery {
  const std::uint8_t* tables = nullptr;  // [2 * bytes][16], 16-byte aligned; entries <= code_entry_max, and the
                                         // largest of each table together below 2^16
  float step = 0;
  float base = 0;
  float offset = 0;
};

struct CodeHit {
  std::uint32_t row = 0;  // block * code_block_rows + row of the block
  float estimate = 0;     // never NaN
};

// Writes the rows of the blocks [first, end) whose estimate is above `threshold` into `hits` and their number
// into `found`; stops before a block that might not fit. Returns the next block. An estimate of NaN is above
// nothing. Requires: hits.size() >= code_block_rows; all rows below 2^32.
std::size_t scan_one_bit(const OneBitQuery& query, const OneBitBlocks& blocks, std::size_t first,
                         std::size_t end, float threshold, std::span<CodeHit> hits, std::size_t& found);

// Entries of an int8 row and of its query are padded with zeros to a multiple of this.
inline constexpr std::size_t int8_row_multiple = 64;

// The largest number of a query of that stride, so that no sum overflows.
[[nodiscard]] constexpr std::int32_t int8_query_max(std::size_t stride) {
  const std::size_t most = 0x7fffffff / (128 * stride);
  return most < 0x7fff ? static_cast<std::int32_t>(most) : 0x7fff;
}

// out[i] = query . row which[i], exact.   query: [stride], within int8_query_max   rows: [any][stride]
// Requires: stride is a multiple of int8_row_multiple and at most 2^16; out.size() == which.size().
void int8_products(std::span<const std::int16_t> query, const std::int8_t* rows,
                   std::span<const std::uint32_t> which, std::span<std::int32_t> out);

// out[i] = query . row which[i] in single precision, as vectors.h rounds; rows are asked for ahead, because
// they lie anywhere.   rows: [any][stride]   Requires: stride >= query.size(); out.size() == which.size().
void full_products(std::span<const float> query, const float* rows, std::size_t stride,
                   std::span<const std::uint32_t> which, std::span<float> out);

}  // namespace kindling
