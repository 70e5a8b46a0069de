#include <faiss/utils/distances.h>

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "index/vectors/vector_store.h"

namespace kindling {
namespace {

class FaissVectorStore final : public VectorStore {
 public:
  FaissVectorStore(std::vector<VectorRows> parts, std::uint32_t dimensions)
      : parts_(std::move(parts)), dimensions_(dimensions), flat_(make_flat_vector_store(parts_, dimensions)) {}

  void inner_products(std::span<const float> query, std::span<float> out) const override {
    KINDLING_CHECK(query.size() == dimensions_);
    const std::uint32_t stride = row_stride(dimensions_);
    std::vector<float> padded(stride, 0.0F);
    std::copy(query.begin(), query.end(), padded.begin());
    std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
    for (const VectorRows& part : parts_) {
      faiss::fvec_inner_products_ny(out.data() + part.first, padded.data(), part.rows, stride, part.count);
    }
  }

  [[nodiscard]] std::span<const float> row(std::uint32_t chunk) const override { return flat_->row(chunk); }

 private:
  std::vector<VectorRows> parts_;
  std::uint32_t dimensions_;
  std::unique_ptr<VectorStore> flat_;
};

}  // namespace

std::unique_ptr<VectorStore> make_faiss_vector_store(std::vector<VectorRows> parts, std::uint32_t dimensions) {
  return std::make_unique<FaissVectorStore>(std::move(parts), dimensions);
}

}  // namespace kindling
