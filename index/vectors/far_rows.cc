#include "index/vectors/far_rows.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/simd/codes.h"
#include "index/vectors/aligned_array.h"

namespace kindling {
namespace {

constexpr std::size_t rows_at_once = 64;  // stay in the second-level cache

// Copies of the rows `which`, some at a time: calls use(rows, first of them, how many).
template <typename T, typename Use>
void for_copies(const MappedFile& file, const T* rows, std::size_t stride, std::span<const std::uint32_t> which,
                Use use) {
  AlignedArray<T> copies(rows_at_once * stride);
  const char* const begin = file.bytes().data();
  for (std::size_t first = 0; first < which.size(); first += rows_at_once) {
    const std::size_t count = std::min(rows_at_once, which.size() - first);
    for (std::size_t i = 0; i < count; ++i) {
      const char* const row = reinterpret_cast<const char*>(rows + std::size_t{which[first + i]} * stride);
      file.copy(static_cast<std::size_t>(row - begin),
                {reinterpret_cast<char*>(copies.data() + i * stride), stride * sizeof(T)});
    }
    use(copies.data(), first, count);
  }
}

std::vector<std::uint32_t> in_order() {
  std::vector<std::uint32_t> order(rows_at_once);
  std::iota(order.begin(), order.end(), 0U);
  return order;
}

}  // namespace

void products_in_full(const VectorMatrix& rows, const FarRows& far, std::span<const float> query,
                      std::span<const std::uint32_t> which, std::span<float> out) {
  if (!far.far()) {
    full_products(query, rows.rows, rows.stride, which, out);
    return;
  }
  const std::vector<std::uint32_t> order = in_order();
  for_copies(
      *far.file, rows.rows, rows.stride, which, [&](const float* copies, std::size_t first, std::size_t count) {
        full_products(query, copies, rows.stride, std::span(order).first(count), out.subspan(first, count));
      });
}

void products_by_codes(const Int8Rows& rows, const FarRows& far, const Int8Query& query,
                       std::span<const std::uint32_t> which, std::span<float> out) {
  if (!far.far()) {
    query.products(rows, which, out);
    return;
  }
  const std::vector<std::uint32_t> order = in_order();
  std::vector<Int8Scale> scales(rows_at_once);
  for_copies(*far.file, rows.codes, rows.stride, which,
             [&](const std::int8_t* copies, std::size_t first, std::size_t count) {
               for (std::size_t i = 0; i < count; ++i) scales[i] = rows.scales[which[first + i]];
               query.products({copies, scales.data(), static_cast<std::uint32_t>(count), rows.stride},
                              std::span(order).first(count), out.subspan(first, count));
             });
}

}  // namespace kindling
