// Rows of a mapped file, read where they lie or copied out of the file.
//
// A row that this process has not touched yet costs a page fault where it lies, about 5 us; to copy it through
// the kernel costs a fifth. A process that stays has its pages entered (store/page_warming.h) and reads rows
// where they lie. Both ways give the same numbers to the last bit.
//
// Pure; safe from any thread. Borrows the file.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "base/files.h"
#include "index/vectors/int8_codes.h"
#include "index/vectors/nearest.h"

namespace kindling {

struct FarRows {
  const MappedFile* file = nullptr;         // that holds the rows; null: they are read where they lie
  const std::atomic<bool>* near = nullptr;  // not null with a file: whether that is over

  [[nodiscard]] bool far() const { return file != nullptr && !near->load(std::memory_order_relaxed); }
};

// out[i]: the product with rows.row(which[i]). Requires: out.size() == which.size().
void products_in_full(const VectorMatrix& rows, const FarRows& far, std::span<const float> query,
                      std::span<const std::uint32_t> which, std::span<float> out);

// By codes, likewise.
void products_by_codes(const Int8Rows& rows, const FarRows& far, const Int8Query& query,
                       std::span<const std::uint32_t> which, std::span<float> out);

}  // namespace kindling
