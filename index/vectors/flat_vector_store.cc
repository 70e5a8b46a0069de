#include <algorithm>
#include <limits>

#include "base/check.h"
#include "base/simd/vectors.h"
#include "index/vectors/vector_store.h"

namespace kindling {
namespace {

class FlatVectorStore final : public VectorStore {
 public:
  FlatVectorStore(std::vector<VectorRows> parts, std::uint32_t dimensions)
      : parts_(std::move(parts)), dimensions_(dimensions) {}

  void inner_products(std::span<const float> query, std::span<float> out) const override {
    KINDLING_CHECK(query.size() == dimensions_);
    const std::uint32_t stride = row_stride(dimensions_);
    std::vector<float> padded(stride, 0.0F);
    std::copy(query.begin(), query.end(), padded.begin());
    std::uint32_t next = 0;
    for (const VectorRows& part : parts_) {
      fill_with_nan(out.subspan(next, part.first - next));
      kindling::inner_products(padded, {part.rows, std::size_t{part.count} * stride},
                               out.subspan(part.first, part.count));
      next = part.first + part.count;
    }
    fill_with_nan(out.subspan(next));
  }

  [[nodiscard]] std::span<const float> row(std::uint32_t chunk) const override {
    const auto after = std::upper_bound(parts_.begin(), parts_.end(), chunk,
                                        [](std::uint32_t c, const VectorRows& part) { return c < part.first; });
    if (after == parts_.begin()) return {};
    const VectorRows& part = *std::prev(after);
    if (chunk - part.first >= part.count) return {};
    return {part.rows + std::size_t{chunk - part.first} * row_stride(dimensions_), dimensions_};
  }

 private:
  static void fill_with_nan(std::span<float> out) {
    std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
  }

  std::vector<VectorRows> parts_;
  std::uint32_t dimensions_;
};

}  // namespace

std::unique_ptr<VectorStore> make_flat_vector_store(std::vector<VectorRows> parts, std::uint32_t dimensions) {
  KINDLING_CHECK(dimensions > 0);
  return std::make_unique<FlatVectorStore>(std::move(parts), dimensions);
}

}  // namespace kindling
