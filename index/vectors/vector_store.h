// The seam to whatever computes with vectors: a query in, an inner product a chunk out.
//
// What searches is one exact scan with the kernel of base/simd, chosen for the machine at run time; FAISS's is
// its twin. Quantised codes and graphs come behind the same interface.
// Immutable; safe from any thread. Borrows the rows.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace kindling {

// Rows of consecutive chunks: chunk `first + i` of the snapshot has its vector at rows + i * stride.
struct VectorRows {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  const float* rows = nullptr;  // [count][stride], 64-byte aligned; entries past `dimensions` are zero
};

class VectorStore {
 public:
  virtual ~VectorStore() = default;
  // query: [dimensions]   out: [chunks]; NaN where there is no row. Rows that are NaN give NaN.
  virtual void inner_products(std::span<const float> query, std::span<float> out) const = 0;
  // [dimensions], or empty where there is no row.
  [[nodiscard]] virtual std::span<const float> row(std::uint32_t chunk) const = 0;
};

// Floats from one row to the next: dimensions rounded up, so that every row begins at a multiple of 64 bytes.
[[nodiscard]] constexpr std::uint32_t row_stride(std::uint32_t dimensions) {
  return (dimensions + 15) / 16 * 16;
}

// `parts` ascend and do not overlap; all have row_stride(dimensions). Requires: dimensions > 0.
[[nodiscard]] std::unique_ptr<VectorStore> make_flat_vector_store(std::vector<VectorRows> parts,
                                                                  std::uint32_t dimensions);

// The same answers up to the rounding of sums, from FAISS's kernel, which Debian builds for any x86-64 (a
// fifth of the speed): what tests and benchmarks compare with.
[[nodiscard]] std::unique_ptr<VectorStore> make_faiss_vector_store(std::vector<VectorRows> parts,
                                                                   std::uint32_t dimensions);

}  // namespace kindling
