#include "index/vectors/vector_file.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "index/store/index_files.h"
#include "index/vectors/vector_store.h"

namespace kindling {
namespace {

constexpr std::uint32_t shape_region = 1;
constexpr std::uint32_t rows_region = 2;

std::string_view bytes_of(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

std::uint64_t row_bytes(const VectorShape& shape) {
  return std::uint64_t{shape.count} * row_stride(shape.dimensions) * sizeof(float);
}

}  // namespace

Result<WrittenFile> write_vector_file(Files& files, const std::filesystem::path& folder, std::uint64_t part,
                                      const VectorShape& shape, std::span<const std::span<const float>> rows) {
  RegionContent content{rows_region, {}};
  std::uint64_t bytes = 0;
  for (const auto piece : rows) {
    content.pieces.push_back(bytes_of(piece));
    bytes += piece.size_bytes();
  }
  KINDLING_CHECK(bytes == row_bytes(shape));
  const std::vector<RegionContent> regions{
      {shape_region, {{reinterpret_cast<const char*>(&shape), sizeof shape}}}, std::move(content)};
  return write_region_file(files, folder / vector_file_name(shape.segment, part), FileKind::vectors, part,
                           regions);
}

std::vector<float> padded_rows(std::span<const float> values, std::uint32_t dimensions) {
  const std::uint32_t stride = row_stride(dimensions);
  const std::size_t count = values.size() / dimensions;
  std::vector<float> rows(count * stride, 0.0F);
  for (std::size_t i = 0; i < count; ++i) {
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i * dimensions), dimensions,
                rows.begin() + static_cast<std::ptrdiff_t>(i * stride));
  }
  return rows;
}

Result<VectorFile> VectorFile::open(Files& files, const std::filesystem::path& folder, std::uint64_t part,
                                    const VectorShape& shape, std::uint32_t check) {
  const std::filesystem::path path = folder / vector_file_name(shape.segment, part);
  KINDLING_TRY(auto file, RegionFile::open(files, path, FileKind::vectors, part));
  if (file.check() != check) return corrupt_index(path, "header", "not the file that the catalog names");
  KINDLING_TRY_VOID(file.verify(shape_region, "region shape"));
  const std::string_view stored = file.region(shape_region);
  VectorFile result(std::move(file));
  if (stored.size() != sizeof(VectorShape)) return corrupt_index(path, "region shape", "is of another length");
  std::memcpy(&result.shape_, stored.data(), sizeof(VectorShape));
  if (result.shape_ != shape) return corrupt_index(path, "region shape", "differs from the catalog");
  const std::string_view rows = result.file_.region(rows_region);
  if (rows.size() != row_bytes(shape)) return corrupt_index(path, "region rows", "is of another length");
  result.rows_ = {reinterpret_cast<const float*>(rows.data()), rows.size() / sizeof(float)};
  return result;
}

Status VectorFile::verify_rows() const { return file_.verify(rows_region, "region rows"); }

}  // namespace kindling
