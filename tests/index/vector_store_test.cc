#include "index/vectors/vector_store.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "index/vectors/vector_file.h"
#include "tests/index/collection.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

TEST(VectorStore, EqualsTheNaiveInnerProductsAndLeavesGapsNaN) {
  const TemporaryFolder folder;
  Random random(6);
  for (const std::uint32_t dimensions : {1U, 3U, 15U, 16U, 17U, 384U, 1000U}) {
    const std::uint32_t chunks = 40;
    std::vector<std::vector<float>> naive(chunks);  // empty: no vector
    std::vector<VectorFile> files;
    std::vector<VectorRows> parts;
    for (const auto& [first, count] : {std::pair(2U, 5U), std::pair(7U, 1U), std::pair(20U, 13U)}) {
      std::vector<float> values;
      for (std::uint32_t i = 0; i < count; ++i) {
        naive[first + i] = vector_of("v", std::to_string(random.between(0, 1000)), dimensions);
        values.insert(values.end(), naive[first + i].begin(), naive[first + i].end());
      }
      const auto rows = padded_rows(values, dimensions);
      const VectorShape shape{3, first, count, dimensions, 0};
      const std::vector<std::span<const float>> pieces{rows};
      const auto written = write_vector_file(system_files(), folder.path(), first, shape, pieces,
                                             std::vector<std::uint64_t>(count));
      ASSERT_TRUE(written.ok());
      files.push_back(VectorFile::open(system_files(), folder.path(), first, shape, written->check).value());
      parts.push_back({first, count, files.back().rows().data()});
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(parts.back().rows) % 64, 0U);
    }
    EXPECT_EQ(row_stride(dimensions) % 16, 0U);
    const auto store = make_flat_vector_store(parts, dimensions);
    const auto query = vector_of("q", "q", dimensions);
    std::vector<float> twin(chunks, 7.0F);
    make_faiss_vector_store(parts, dimensions)->inner_products(query, twin);
    std::vector<float> out(chunks, 7.0F);
    store->inner_products(query, out);
    for (std::uint32_t c = 0; c < chunks; ++c) {
      const auto row = store->row(c);
      ASSERT_EQ(std::vector<float>(row.begin(), row.end()), naive[c]) << c;
      double expected = 0;
      for (std::size_t i = 0; i < naive[c].size(); ++i) expected += double{naive[c][i]} * double{query[i]};
      if (naive[c].empty()) {
        EXPECT_TRUE(std::isnan(out[c]) && std::isnan(twin[c]));
      } else {
        EXPECT_NEAR(out[c], expected, 1e-6);
        EXPECT_NEAR(out[c], twin[c], 1e-6);
      }
    }
  }
}

}  // namespace
}  // namespace kindling
